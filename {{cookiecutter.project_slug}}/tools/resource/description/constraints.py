"""What is said of a field behind its type: `unique`, `index`, `optional`, `default=VALUE`.

`unique(ci)` is unique in any case. What `min=VALUE` and `max=VALUE` mean, `bounds.py` says.
"""

import re
from collections.abc import Sequence

from tools.resource.description import words
from tools.resource.description.bounds import LEAST, MOST, bounded
from tools.resource.description.fields import Field
from tools.resource.description.kinds.kind import Kind
from tools.resource.description.words import QUOTED
from tools.resource.errors import Refusal

IN_ANY_CASE = "unique(ci)"
FLAGS = ("unique", IN_ANY_CASE, "index", "optional")
VALUED = ("default", LEAST, MOST)
CONSTRAINTS = (*FLAGS, *(f"{word}=VALUE" for word in VALUED))
OTHER_WORDS = {
    "uniq": "unique",
    "citext": IN_ANY_CASE,
    "indexed": "index",
    "null": "optional",
    "nullable": "optional",
    "none": "optional",
    **dict.fromkeys(("min", "minimum", "ge", "gte", "positive"), "min=VALUE"),
    **dict.fromkeys(("max", "maximum", "le", "lte"), "max=VALUE"),
}


def constrain(name: str, kind: Kind, constraints: Sequence[str]) -> Field:
    """Raises Refusal."""
    given, values = _split(name, constraints)
    _check_constraints(name, kind, given)
    in_any_case = IN_ANY_CASE in constraints
    if in_any_case and not kind.has_case:
        message = f"{name}: a field of this type has no case; say unique."
        raise Refusal(message)
    default = _default(name, kind, values["default"]) if "default" in values else None
    kind, bounds = bounded(name, kind, values)
    flags = {word: word in given for word in ("unique", "index", "optional")}
    return Field(
        name=name, kind=kind, default=default, bounds=bounds, in_any_case=in_any_case, **flags
    )


def _split(name: str, constraints: Sequence[str]) -> tuple[set[str], dict[str, str]]:
    """The words, and the values of those that have one."""
    given: set[str] = set()
    values = {}
    for constraint in constraints:
        word, equals, value = constraint.partition("=")
        if equals and word in VALUED:
            values[word] = value[1:-1] if re.fullmatch(QUOTED, value) else value
        elif equals or word not in FLAGS:
            guess = words.nearest(word, CONSTRAINTS, OTHER_WORDS)
            known = ", ".join(CONSTRAINTS)
            message = f"{name}: there is no constraint {word!r}.{guess} Constraints are {known}."
            raise Refusal(message)
        given.add("unique" if word == IN_ANY_CASE else word)
    if len(given) < len(constraints):
        message = f"{name}: a constraint is there twice."
        raise Refusal(message)
    return given, values


def _check_constraints(name: str, kind: Kind, given: set[str]) -> None:
    if "unique" in given and not kind.unique:
        message = f"{name}: a field of this type cannot be unique; a short str or a number can."
        raise Refusal(message)
    if "index" in given and not kind.indexable:
        message = f"{name}: a field of this type cannot be indexed; a short str or a number can."
        raise Refusal(message)
    if {"unique", "default"} <= given:
        message = f"{name}: what is unique can have no default, for only one could have it."
        raise Refusal(message)


def _default(name: str, kind: Kind, value: str) -> str:
    if kind.default is None:
        message = f"{name}: a field of this type can have no default; make it optional."
        raise Refusal(message)
    try:
        return kind.default(value)
    except ValueError as error:
        message = f"{name}: the default {value!r} cannot be; it has to be {error}."
        raise Refusal(message) from None
