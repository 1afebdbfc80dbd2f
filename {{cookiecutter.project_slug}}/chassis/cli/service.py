"""What the command line has to know of the service it belongs to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import typer

from chassis.csv_files.resource import Resource
from chassis.settings import Settings


@dataclass(frozen=True)
class Service:
    application: str
    """Where its factory is: `app.main:create_app`."""
    settings: type[Settings] = Settings
    resources: Sequence[Resource] = ()
    """What can be imported and exported."""
    commands: Mapping[str, typer.Typer] = field(default_factory=dict)
    """Further ones, such as `accounts`, each with commands of its own."""


def service_of(context: typer.Context) -> Service:
    service: Service = context.obj
    return service
