"""The project of the service, and what its `pyproject.toml` says of it."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

AROUND = Path(__file__).parent.parent.parent
"""Around the chassis: the project that carries it, else where packages are installed."""


def project_at(around: Path) -> Path:
    """That directory if it is a project; else the one in which the service is started."""
    return around if (around / "pyproject.toml").is_file() else Path.cwd()


PROJECT = project_at(AROUND)


@cache
def said_by(project: Path) -> dict[str, str]:
    """Of the fields of ServiceSettings, read once. Without a name it is called as its directory."""
    file = project / "pyproject.toml"
    said: dict[str, Any] = tomllib.loads(file.read_text("utf-8")) if file.is_file() else {}
    about = {"name": project.name or "service"} | said.get("project", {})
    return {
        "name": about["name"],
        "title": said.get("tool", {}).get("service", {}).get("title", about["name"]),
        "description": about.get("description", ""),
        "version": about.get("version", "unknown"),
        "contact": ", ".join(it["name"] for it in about.get("authors", []) if "name" in it),
    }
