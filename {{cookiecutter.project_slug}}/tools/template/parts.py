"""Parts of the template: what a service has beside the core, by the answer to `parts`."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

NONE = "none"
OLDER = {"example": (True, "example"), "deploy": ("kubernetes", "kubernetes")}
"""The two questions that there were before, with the answer to each that takes a part."""


class Part(NamedTuple):
    """One row of the table in the template's `cookiecutter.json`."""

    what: str
    read: str
    """What to read first of it."""
    owns: Sequence[str]
    """Patterns of files and folders that come and go with it."""
    changes: str = ""
    """What a service that takes it later does otherwise from then on."""

    @property
    def has_tables(self) -> bool:
        return any(pattern.startswith("migrations/") for pattern in self.owns)


def parts_of(template: Mapping[str, Any]) -> Mapping[str, Part]:
    """Those that a `cookiecutter.json` has; none where it is older than they are."""
    rows = template.get("_parts", {})
    return {
        name: Part(**{field: row[field] for field in Part._fields if field in row})
        for name, row in rows.items()
    }


def names_in(answer: str) -> list[str]:
    """Each once, whether spaces or commas are between them."""
    return list(dict.fromkeys(re.findall(r"[^\s,]+", answer)))


def answer_of(names: Iterable[str]) -> str:
    return " ".join(names) or NONE


def heard(answers: Mapping[str, Any]) -> dict[str, Any]:
    """With an answer to `parts` where a service was asked the two questions before it."""
    older = [part for name, (answer, part) in OLDER.items() if answers.get(name) == answer]
    if "parts" in answers or not OLDER.keys() & answers.keys():
        return dict(answers)
    return {**answers, "parts": answer_of(older)}
