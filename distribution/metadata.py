"""What the wheel says of itself, and what it needs."""

import json
import re
import tomllib
from pathlib import Path

METADATA = Path(__file__).parent
ROOT = METADATA.parent
SERVICE = ROOT / "{{cookiecutter.project_slug}}"
CORE = {"asyncpg", "orjson", "pydantic", "pydantic-settings", "sqlalchemy", "structlog"}
"""What `chassis.database`, settings, problems and logging need; no framework."""
EXTRAS = {"migrations": {"alembic"}}
"""Of what is not core, what some need without the rest, which is `web`."""


def pyproject(version: str | None = None) -> str:
    """Return the metadata, with dependencies; lists of JSON are lists of TOML."""
    text = (METADATA / "pyproject.toml").read_text(encoding="utf-8")
    if version:
        text = re.sub(r'^version = ".*"$', f'version = "{version}"', text, flags=re.MULTILINE)
    core, extras = dependencies()
    lines = [f"{name} = {json.dumps(needed)}" for name, needed in extras.items()]
    optional = "\n".join(["[project.optional-dependencies]", *lines])
    return f"{text}dependencies = {json.dumps(core)}\n\n{optional}\n"


def dependencies() -> tuple[list[str], dict[str, list[str]]]:
    """Those of the service: what all need, and the extras."""
    project = tomllib.loads((SERVICE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = {name_of(requirement): requirement for requirement in project["dependencies"]}
    core = [needed[name] for name in sorted(CORE)]
    extras = {extra: [needed[name] for name in sorted(names)] for extra, names in EXTRAS.items()}
    web = [requirement for name, requirement in needed.items() if name not in CORE]
    return core, {"web": web} | extras | project["optional-dependencies"]


def name_of(requirement: str) -> str:
    """`sqlalchemy` of `sqlalchemy[asyncio]>=2`."""
    return re.split(r"[\[<>=!~; ]", requirement, maxsplit=1)[0]
