"""What the files that list every feature need to know of a resource."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.resource.project.places import API, MODELS, TRANSFERS


@dataclass(frozen=True, kw_only=True)
class Wire:
    """What one file needs to know of a resource."""

    path: Path
    imports: Sequence[str]
    container: str
    """The list that the element belongs to."""
    element: str


def wires_of(plural: str, model: str) -> Sequence[Wire]:
    feature = f"app.features.{plural}"
    return (
        Wire(
            path=API,
            imports=[f"from {feature}.router import router as {plural}"],
            container="ROUTERS",
            element=plural,
        ),
        Wire(
            path=MODELS,
            imports=[f"from {feature}.models import {model}"],
            container="__all__",
            element=f'"{model}"',
        ),
        Wire(
            path=TRANSFERS,
            imports=[
                f"from {feature}.models import {model}",
                f"from {feature}.schemas import {model}Create",
            ],
            container="RESOURCES",
            element=f'Resource("{plural}", {model}, {model}Create)',
        ),
    )
