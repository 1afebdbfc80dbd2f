"""What is in the project already."""

import ast
from dataclasses import dataclass

from app import models
from app.database.model import Base
from tools.resource.errors import Refusal
from tools.resource.project import API, PROJECT, feature_of, tests_of


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
    features = {path.name for folder in folders for path in (PROJECT / folder).glob("[a-z]*")}
    return Inventory(
        features=frozenset(features),
        tables=frozenset(Base.metadata.tables),
        classes=frozenset(vars(models)) | {m.class_.__name__ for m in Base.registry.mappers},
        routers=_routers(),
    )


def _routers() -> frozenset[str]:
    """Without importing all of FastAPI, which takes a second."""
    nodes = ast.walk(ast.parse((PROJECT / API).read_text("utf-8")))
    return frozenset(node.id for node in nodes if isinstance(node, ast.Name))
