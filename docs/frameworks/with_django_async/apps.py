"""Holds the database of a worker."""

from chassis.database.named import NamedDatabase
from django.apps import AppConfig, apps


class Shop(AppConfig):
    name = "with_django_async"
    opened: NamedDatabase
    """Set by asgi.py, as long as the server runs."""


def shop() -> Shop:
    config: Shop = apps.get_app_config("with_django_async")
    return config
