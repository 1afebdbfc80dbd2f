"""Writes every setting into README.md and .env.example, so that they cannot be out of date.

`python -m tools.settings_docs` writes; a test checks that nothing would change.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined, to_json

from app.settings import Settings
from chassis.settings.names import group_of

PROJECT = Path(__file__).parent.parent
README_MARKS = ("<!-- settings -->", "<!-- end of settings -->")
EXAMPLE_HEAD = """\
# Copied to .env by `make setup`; an environment variable of the same name wins over this file.
# Without DATABASE_URL, `make` starts a PostgreSQL of its own. `make fix` keeps this list complete.
"""


NAME = re.compile(r"(?:\| `|# )([A-Z][A-Z0-9_]*)(?:` \||=)")
"""Of the setting that a line is about, in either file."""
CONDITION = re.compile(r"# [{]%")
"""Stands before settings of a part, and after them, where the template of the project lies."""


class Setting(NamedTuple):
    name: str
    default: str
    meaning: str

    @property
    def row(self) -> str:
        default = f"`{self.default}`" if self.default else ""
        return f"| `{self.name}` | {default} | {self.meaning} |\n"

    @property
    def comment(self) -> str:
        return f"\n# {self.meaning}\n# {self.name}={self.default}\n"


def settings() -> Iterator[Setting]:
    for name, field in Settings.model_fields.items():
        if (group := group_of(field)) is not None:
            for part, inner in group.model_fields.items():
                yield _setting(f"{name}_{part}", inner)
        else:
            yield _setting(name, field)


def _setting(name: str, field: FieldInfo) -> Setting:
    unset = field.default is PydanticUndefined or field.default is None
    default = "" if unset else to_json(field.default).decode().strip('"')
    return Setting(name.upper(), default, " ".join((field.description or "").split()))


def readme(text: str) -> str:
    """The README with its table made anew."""
    before, _, rest = text.partition(README_MARKS[0])
    old, _, after = rest.partition(README_MARKS[1])
    begin, end = conditions(old)
    rows = [f"{begin.get(s.name, '')}{s.row}{end.get(s.name, '')}" for s in settings()]
    table = "".join(["| variable | default | meaning |\n|---|---|---|\n", *rows])
    return f"{before}{README_MARKS[0]}\n{table}{README_MARKS[1]}{after}"


def env_example(text: str = "") -> str:
    """The example file made anew."""
    begin, end = conditions(text)
    comments = [f"{begin.get(s.name, '')}{s.comment}{end.get(s.name, '')}" for s in settings()]
    return EXAMPLE_HEAD + "".join(comments)


def conditions(text: str) -> tuple[dict[str, str], dict[str, str]]:
    """Lines that begin a condition, by the setting after them; that end one, by the one before."""
    begin: dict[str, str] = {}
    end: dict[str, str] = {}
    before, waiting = "", ""
    for line in text.splitlines(keepends=True):
        if CONDITION.match(line):
            if "endif" in line:
                end[before] = line
            else:
                waiting = line
        elif (match := NAME.match(line)) is not None:
            before = match[1]
            if waiting:
                begin[before], waiting = waiting, ""
    return begin, end


def main() -> None:
    for name, made in (("README.md", readme), (".env.example", env_example)):
        path = PROJECT / name
        path.write_text(made(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
