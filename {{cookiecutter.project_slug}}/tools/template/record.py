"""`.cruft.json`: the template, the commit that the project has of it, and the answers."""

import json
import tomllib
from pathlib import Path
from typing import Any

from tools.template.parts import heard

FILE, PROJECT = Path(".cruft.json"), Path("pyproject.toml")
OF_CRUFT = ("_template", "_commit")
Record = dict[str, Any]


class MissingError(Exception):
    """The project does not know its template."""


def read() -> Record:
    """Raises MissingError."""
    if not FILE.exists():
        message = "There is no .cruft.json: the project does not know its template."
        raise MissingError(message)
    return parsed(FILE.read_text(encoding="utf-8"))


def parsed(text: str) -> Record:
    found: Record = json.loads(text)
    return found


def write(record: Record) -> None:
    """Without what the template says of itself, which its `cookiecutter.json` says anew."""
    context = record["context"]
    given = context["cookiecutter"].items()
    kept = {name: it for name, it in given if not name.startswith("_") or name in OF_CRUFT}
    made = record | {"context": context | {"cookiecutter": kept}}
    text = json.dumps(made, ensure_ascii=False, indent=2)
    FILE.write_text(f"{text}\n", encoding="utf-8", newline="\n")


def answers(record: Record) -> dict[str, Any]:
    """What was asked; what the template makes of it starts with `_` and is made anew."""
    given = record["context"]["cookiecutter"]
    return heard({name: answer for name, answer in given.items() if not name.startswith("_")})


def skipped(record: Record) -> list[str]:
    """What updates leave alone, as `skip` of https://cruft.github.io/cruft/ says it."""
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8")) if PROJECT.exists() else {}
    here: list[str] = project.get("tool", {}).get("cruft", {}).get("skip", [])
    return [*record.get("skip", []), *here]
