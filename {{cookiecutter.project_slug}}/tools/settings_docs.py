"""Writes every setting into README.md and .env.example, so that they cannot be out of date.

`python -m tools.settings_docs` writes; a test checks that nothing would change.
"""

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


class Setting(NamedTuple):
    name: str
    default: str
    meaning: str


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
    _, _, after = rest.partition(README_MARKS[1])
    rows = [
        f"| `{s.name}` | {f'`{s.default}`' if s.default else ''} | {s.meaning} |"
        for s in settings()
    ]
    table = "\n".join(["| variable | default | meaning |", "|---|---|---|", *rows])
    return f"{before}{README_MARKS[0]}\n{table}\n{README_MARKS[1]}{after}"


def env_example() -> str:
    lines = [f"\n# {s.meaning}\n# {s.name}={s.default}\n" for s in settings()]
    return EXAMPLE_HEAD + "".join(lines)


def main() -> None:
    path = PROJECT / "README.md"
    path.write_text(readme(path.read_text(encoding="utf-8")), encoding="utf-8")
    (PROJECT / ".env.example").write_text(env_example(), encoding="utf-8")


if __name__ == "__main__":
    main()
