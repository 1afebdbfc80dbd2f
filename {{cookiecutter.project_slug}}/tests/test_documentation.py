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
from tests.support.documents import EVERY_MIDDLEWARE, names_of, words_of
from tools import settings_docs

PROJECT = Path(__file__).parent.parent
PAGES = sorted(it.relative_to(PROJECT).as_posix() for it in (PROJECT / "docs").rglob("*.md"))
DOCUMENTS = ["AGENTS.md", "README.md", "chassis/README.md", *PAGES]
FILE = re.compile(r"(?<![\w./-])(?:app|chassis|tests|tools)/[\w/.*-]*[\w*]")
TEST = re.compile(r"(?<![\w/])test_\w+\.py")


def test_the_readme_lists_every_setting() -> None:
    text = (PROJECT / "README.md").read_text(encoding="utf-8")

    assert settings_docs.readme(text) == text, "run `make fix`"


def test_the_example_file_lists_every_setting() -> None:
    text = (PROJECT / ".env.example").read_text(encoding="utf-8")

    assert settings_docs.env_example(text) == text, "run `make fix`"


def test_each_setting_says_what_it_means() -> None:
    silent = [it.name for it in settings_docs.settings() if not it.meaning]
    assert silent == [], "write a docstring below each, then run `make fix`"


def test_every_setting_of_the_database_is_explained() -> None:
    text = (PROJECT / "docs/database.md").read_text(encoding="utf-8")
    names = [it.name for it in settings_docs.settings() if it.name.startswith("DATABASE_")]

    assert names
    assert [name for name in names if f"`{name}" not in text and f"{name}=" not in text] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_file_that_a_document_names_exists(document: str) -> None:
    text = (PROJECT / document).read_text(encoding="utf-8")
    named = {name for name in FILE.findall(text) if "invoice" not in name}  # the reader's own
    alone = {f"tests/**/{name}" for name in TEST.findall(text)}

    assert named or document in PAGES
    assert [name for name in sorted(named | alone) if not any(PROJECT.glob(name))] == []


def test_a_file_is_found_wherever_a_document_names_it() -> None:
    assert FILE.findall("(`app/no.py`) a<br/>tests/no/test_*.py and chassis/no. my-app/no") == [
        *("app/no.py", "tests/no/test_*.py", "chassis/no")
    ]


def test_the_chassis_tells_what_is_in_each_folder() -> None:
    text = (PROJECT / "chassis/README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([\w/.]+)` \|", text, re.MULTILINE)
    inside = (PROJECT / "chassis").rglob("*.py")
    folders = {it.parent.relative_to(PROJECT / "chassis").as_posix() for it in inside} - {"."}

    assert sorted(rows) == sorted([*folders, "problems.py"])


def test_the_floors_are_drawn_as_they_are_enforced() -> None:
    text = (PROJECT / "docs/architecture.md").read_text(encoding="utf-8")
    (section,) = re.findall(r"^## Floors\n(.*?)^## ", text, re.MULTILINE | re.DOTALL)
    drawings = re.findall(r"^```\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
    drawn = [[line.partition("  ")[0] for line in floors_in(it)] for it in drawings]

    pyproject = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = pyproject["tool"]["importlinter"]["contracts"]
    layers = [contract["layers"] for contract in contracts if contract["type"] == "layers"]

    assert drawn == [[_floor(layer) for layer in each] for each in layers]


def floors_in(drawing: str) -> list[str]:
    """A line each; those of a part stand between conditions, where the template lies."""
    return [line for line in drawing.splitlines() if not line.startswith("# {")]


def _floor(layer: str) -> str:
    """`api, models` for "app.api | app.models"."""
    return ", ".join(name.strip().removeprefix("app.") for name in layer.split("|"))


@pytest.mark.parametrize("document", ["AGENTS.md", "docs/architecture.md"])
def test_the_middleware_is_told_in_its_order(document: str) -> None:
    settings = make_settings(**EVERY_MIDDLEWARE)
    stack = middleware(settings, Telemetry(settings.metrics, settings.tracing, settings.identity))

    order = names_of(stack)

    assert order in words_of(PROJECT / document), f"tell in {document} that it is: {order}"


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


@pytest.mark.parametrize("document", DOCUMENTS)
def test_what_an_example_imports_is_there(document: str) -> None:
    text = (PROJECT / document).read_text(encoding="utf-8")
    blocks = re.findall(r"^ *```python\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL)
    imports = re.findall(r"^ *from ([\w.]+) import (.+)$", "\n".join(blocks), re.MULTILINE)

    for module, names in imports:
        found = importlib.import_module(module)
        plain = [name.partition(" as ")[0] for name in names.split(", ")]
        assert [name for name in plain if not hasattr(found, name)] == []
