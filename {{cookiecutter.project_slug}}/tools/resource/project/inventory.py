"""What is in the project already."""

import ast
from dataclasses import dataclass
from pathlib import Path

from app.models import Base
from tools.resource.errors import Refusal
from tools.resource.project.places import API, MODELS, PROJECT, TRANSFERS, feature_of, tests_of


@dataclass(frozen=True, kw_only=True)
class Inventory:
    features: frozenset[str] = frozenset()
    tables: frozenset[str] = frozenset()
    classes: frozenset[str] = frozenset()
    routers: frozenset[str] = frozenset()
    """Every name in `app/api.py`."""

    def check(self, plural: str, model: str) -> None:
        """Raises Refusal if a name is taken."""
        if plural in self.features:
            message = f"There is a feature {plural} already: choose another name, or change that."
        elif plural in self.tables:
            message = f"There is a table {plural} already: choose another name."
        elif plural in self.routers:
            message = f"app/api.py uses the name {plural} already: choose another."
        elif model in self.classes:
            message = f"There is a model {model} already: say another class by class=."
        else:
            return
        raise Refusal(message)


def take_inventory() -> Inventory:
    folders = (feature_of(""), tests_of(""))
    found = (path for folder in folders for path in (PROJECT / folder).glob("[a-z]*"))
    features = {path.name for path in found if path.is_dir()}
    return Inventory(
        features=frozenset(features),
        tables=frozenset({*Base.metadata.tables, "alembic_version"}),
        classes=_names(MODELS, TRANSFERS) | {m.class_.__name__ for m in Base.registry.mappers},
        routers=_names(API),
    )


def _names(*paths: Path) -> frozenset[str]:
    """Those in use; without importing all of FastAPI, which takes a second."""
    modules = [ast.parse((PROJECT / path).read_text("utf-8")) for path in paths]
    nodes = [node for module in modules for node in ast.walk(module)]
    used = {node.id for node in nodes if isinstance(node, ast.Name)}
    return frozenset(used | {n.asname or n.name for n in nodes if isinstance(n, ast.alias)})
