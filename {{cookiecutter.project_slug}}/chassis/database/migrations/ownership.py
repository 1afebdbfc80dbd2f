"""Which tables of a database are the service's: what has a model, or was made by a migration of it.

Others are left alone: of an extension, of a person, of another service. A table that a migration
made and no model has any more is dropped, as the model was taken out.
"""

import ast
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from alembic.config import Config
from sqlalchemy import Connection, MetaData

Place = tuple[str | None, str]
"""Schema and name of a table; no schema is the one that is meant where none is said."""
MAKING = {"create_table": 0, "rename_table": 1}
"""The operations that give a table its name, and which of their arguments that is."""


def versions_of(config: Config) -> Path:
    """Where the migrations lie."""
    return Path(config.get_main_option("script_location") or "").resolve() / "versions"


def include_name(
    connection: Connection, metadata: MetaData, versions: Path
) -> Callable[[str | None, str, Any], bool]:
    """For Alembic, which asks for each name that it finds in the database."""
    default = connection.dialect.default_schema_name
    modelled = {(_schema(it.schema, default), it.name) for it in metadata.tables.values()}
    schemas = {schema for schema, _ in modelled} | {None}

    @cache
    def made() -> set[Place]:
        return {(_schema(schema, default), name) for schema, name in made_by(versions)}

    def include(name: str | None, kind: str, parents: Any) -> bool:
        if kind == "schema":
            return name in schemas
        place = (parents.get("schema_name"), str(name))
        return kind != "table" or place in modelled or place in made()

    return include


def _schema(schema: str | None, default: str | None) -> str | None:
    return None if schema == default else schema


def made_by(versions: Path) -> Iterator[Place]:
    """Tables that these migrations name as their own, whether or not one dropped it later."""
    for path in versions.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                argument = MAKING.get(node.func.attr)
                if argument is not None and len(node.args) > argument:
                    yield _keyword(node, "schema"), _constant(node.args[argument])


def _keyword(call: ast.Call, name: str) -> str | None:
    return next((_constant(it.value) for it in call.keywords if it.arg == name), None)


def _constant(node: ast.expr) -> str:
    return str(node.value) if isinstance(node, ast.Constant) else ""
