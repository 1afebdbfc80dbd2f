"""What the documents say is so."""

import importlib
import re
import tomllib
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from app.middleware import middleware
from chassis.web.telemetry import Telemetry
from tests.composition import make_settings
from tools import settings_docs

PROJECT = Path(__file__).parent.parent


def test_the_readme_lists_every_setting() -> None:
    text = (PROJECT / "README.md").read_text(encoding="utf-8")

    assert settings_docs.readme(text) == text, "run `make fix`"


def test_the_example_file_lists_every_setting() -> None:
    text = (PROJECT / ".env.example").read_text(encoding="utf-8")

    assert settings_docs.env_example() == text, "run `make fix`"


def test_every_setting_of_the_database_is_explained() -> None:
    text = (PROJECT / "docs/database.md").read_text(encoding="utf-8")
    names = [it.name for it in settings_docs.settings() if it.name.startswith("DATABASE_")]

    assert names
    assert [name for name in names if f"`{name}" not in text and f"{name}=" not in text] == []


def test_every_file_that_the_architecture_names_exists() -> None:
    text = (PROJECT / "docs/architecture.md").read_text(encoding="utf-8")
    named = set(re.findall(r"app/[\w/.]*\w", text))

    assert named
    assert [name for name in sorted(named) if not (PROJECT / name).exists()] == []


def test_the_floors_are_drawn_as_they_are_enforced() -> None:
    text = (PROJECT / "docs/architecture.md").read_text(encoding="utf-8")
    (drawing,) = re.findall(r"^```\n(cli .*?)^```", text, re.MULTILINE | re.DOTALL)
    drawn = [re.split(r" {2,}", line)[0].split(", ") for line in drawing.splitlines()]

    contracts = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    layers = contracts["tool"]["importlinter"]["contracts"][0]["layers"]
    floors = [re.findall(r"app\.(\w+)", layer) for layer in layers]

    assert drawn == [floor for floor in floors if floor != ["__main__"]]


@pytest.mark.parametrize(
    "document", ["AGENTS.md", "docs/architecture.md", "docs/decisions/0005-pure-asgi-middleware.md"]
)
def test_the_middleware_is_told_in_its_order(document: str) -> None:
    settings = make_settings(
        cors={"origins": ["https://a.example"]},
        database={"url": "postgresql://db/shop"},
        rate={"limit_enabled": True},
        server={"trusted_hosts": ["a.example"]},
    )
    stack = middleware(settings, Telemetry(settings.metrics, settings.tracing, settings.identity))
    classes = [each.cls.__name__ for each in stack]  # type: ignore[attr-defined]  # all are classes
    parts = [re.sub(r"(?<=[a-z])(?=[A-Z])", " ", it.removesuffix("Middleware")) for it in classes]
    text = (PROJECT / document).read_text(encoding="utf-8")

    assert len(parts) > 1
    assert " ".join(parts).lower() in re.sub(r"(<br/>|\W)+", " ", text).lower()


async def test_postgresql_takes_every_statement_of_the_runbook(sql: Any) -> None:
    text = (PROJECT / "docs/runbook.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^ *```sql\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL)
    statements = [it for block in blocks for it in block.split(";") if it.strip()]
    assert statements

    transaction = sql.transaction()
    await transaction.start()
    try:
        await sql.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
    except asyncpg.PostgresError:  # a server without it cannot say what it would take
        await transaction.rollback()
        statements = [it for it in statements if "pg_stat_statements" not in it]
    for statement in statements:
        await sql.prepare(statement)


DOCUMENTS = sorted((PROJECT / "docs").rglob("*.md"))


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_what_an_example_imports_is_there(path: Path) -> None:
    blocks = re.findall(
        r"^```python\n(.*?)^```", path.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    imports = re.findall(r"^from ([\w.]+) import (.+)$", "\n".join(blocks), re.MULTILINE)

    for module, names in imports:
        found = importlib.import_module(module)
        assert [name for name in names.split(", ") if not hasattr(found, name)] == []
