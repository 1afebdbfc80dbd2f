"""Holds the database of a worker."""

from chassis.database.sync import SyncDatabase
from chassis.settings import Settings
from django.apps import AppConfig, apps


class Shop(AppConfig):
    name = "with_django"
    database: SyncDatabase

    def open(self) -> None:
        """Once in each worker, see gunicorn.conf.py; not in `ready`, which runs before a fork."""
        settings = Settings()
        self.database = SyncDatabase(settings.database, settings.service.name)

    def close(self) -> None:
        self.database.close()


def shop() -> Shop:
    config: Shop = apps.get_app_config("with_django")
    return config
