"""What the command line has to know of the service it belongs to."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import typer

from chassis.csv_files.resource import Resource
from chassis.settings import Settings

if TYPE_CHECKING:
    from chassis.doctor.report import Finding


@dataclass(frozen=True)
class Service:
    application: str
    """Where its factory is: `app.main:create_app`."""
    settings: type[Settings] = Settings
    resources: Sequence[Resource] = ()
    """What can be imported and exported."""
    commands: Mapping[str, typer.Typer] = field(default_factory=dict)
    """Further ones, such as `accounts`, each with commands of its own."""
    examinations: Sequence[Callable[[Any], Awaitable[dict[str, "Finding"]]]] = ()
    """What `doctor` examines beside the core; each gets the settings, and never raises."""


def service_of(context: typer.Context) -> Service:
    service: Service = context.obj
    return service
