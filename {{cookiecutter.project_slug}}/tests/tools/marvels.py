"""A resource with a field of every type that `make resource` knows, made in memory."""

import importlib.util
import re
import sys
from pathlib import Path

from fastapi import APIRouter
from sqlalchemy import MetaData

from chassis.database.model import Entity
from tools.resource.description.kinds import KINDS
from tools.resource.description.parsing import parse_fields
from tools.resource.description.resource import Resource
from tools.resource.rendering import render

TYPES = {
    "word": "str(40)",
    "story": "text",
    "small": "int",
    "big": "bigint",
    "money": "decimal",
    "tiny": "decimal(20,8)",
    "whole": "decimal(30,0)",
    "part": "decimal(9,9)",
    "ratio": "float",
    "flag": "bool",
    "day": "date",
    "moment": "datetime",
    "owner": "uuid",
    "notes": "json",
    "state": "enum(draft,in_progress)",
    "stars": "int:min=1:max=5",
    "fee": "decimal(12,2):min=-0.01:max=99.99",
    "share": "float:min=0:max=1",
    "since": "date:min=1900-01-01",
    "until": "datetime:max='2099-12-31T23:59:59Z'",
}
assert {re.split(r"\W", kind)[0] for kind in TYPES.values()} == KINDS.keys() - {"ref"}  # a uuid
FIRST = {
    "word": "e\u0301",
    "story": "",
    "small": -(2**31),
    "big": 2**53 - 1,
    "money": "-0",
    "tiny": "0",
    "whole": "-1",
    "part": "0.000000001",
    "ratio": -0.0,
    "flag": False,
    "day": "0001-01-01",
    "moment": "0001-01-01T00:00:00.000001Z",
    "owner": "0" * 32,
    "notes": 1e300,
    "state": "draft",
    "stars": 1,
    "fee": "-0.01",
    "share": 0,
    "since": "1900-01-01",
    "until": "0001-01-01T00:00:00.000001Z",
}
"""A body that can be created, with the least of many types."""
PATH = "/v1/marvels"
BASE = "from chassis.database.model import Entity, text_enum"
OUR_BASE = """
from chassis.database.model import text_enum
from tests.tools.marvels import Made as Entity
"""


class Made(Entity):
    """On metadata of its own, so that Alembic never sees it."""

    __abstract__ = True
    metadata = MetaData()


def made(directory: Path) -> APIRouter:
    """Its router; each field has a twin that may be null."""
    fields = " ".join(f"{name}:{kind} no_{name}:{kind}:optional" for name, kind in TYPES.items())
    resource = Resource(plural="marvels", model="Marvel", fields=parse_fields(fields))
    for path, source in render(resource).items():
        if path.parts[0] == "app":
            (directory / path.name).write_text(source.replace(BASE, OUR_BASE), "utf-8")
    for module in ("models", "schemas", "repository", "router"):
        _load(f"app.features.marvels.{module}", directory / f"{module}.py")
    router: APIRouter = sys.modules["app.features.marvels.router"].router
    return router


def _load(name: str, path: Path) -> None:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
