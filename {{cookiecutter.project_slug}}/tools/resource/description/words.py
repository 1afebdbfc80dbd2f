"""Names: what a resource and a field may be called, and one thing of many."""

import builtins
import difflib
import keyword
import re
from collections.abc import Iterable

from pydantic import BaseModel
from sqlalchemy.dialects.postgresql.base import RESERVED_WORDS

from tools.resource.errors import Refusal

QUOTED = r"'[^']*'|\"[^\"]*\""
SNAKE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
CLASS = re.compile(r"[A-Z][A-Za-z0-9]*")
# Read as a plural although they are none, or as their own.
UNCLEAR = {"news", "series", "species", "means"}
SINGULARS = (  # the first that fits; anything stranger is told by class=
    (r"(?<=[^aeiou])ies$", "y"),  # categories
    (r"(?<=ss|sh|ch)es$|(?<=x)es$", ""),  # addresses, branches, boxes
    (r"(?<=[^ao]us)es$", ""),  # statuses, but not houses
    (r"(?<=[^su])s$|(?<=[aeo]u)s$", ""),  # invoices; not address, status
)
# What the code of a feature and of its tests calls other things.
TAKEN_BY_CODE = frozenset(
    """
    again body changes client created database defaults error expected field first headers item
    key keys method name once other page path query read refused request response router same
    seen self session sort sql taken updated value values whole
    """.split()  # noqa: SIM905  a list would be thirty lines
)
RESERVED_FIELDS = {
    **dict.fromkeys(("id", "created_at", "updated_at", "version"), "every resource has it already"),
    **dict.fromkeys(("metadata", "registry"), "SQLAlchemy uses it on every model"),
    **dict.fromkeys(("sort", "limit", "cursor"), "it is a parameter of every list"),
    **dict.fromkeys(("date", "datetime", "omitted"), "the code of a feature uses that name"),
    **dict.fromkeys(("self", "cls"), "Python calls something else so"),
    **dict.fromkeys(
        ("ctid", "cmin", "cmax", "xmin", "xmax", "tableoid"), "PostgreSQL has it on every table"
    ),
}


def check_name(name: str) -> None:
    """Of a resource; raises Refusal."""
    if not name:
        message = 'Say what to make: make resource name=invoices fields="number:str total:decimal".'
        raise Refusal(message)
    _check(name, "a plural in lower-case words joined by underscores, such as order_items")


def check_field_name(name: str) -> None:
    """Raises Refusal."""
    reason = RESERVED_FIELDS.get(name)
    if not reason and hasattr(BaseModel, name):
        reason = "Pydantic uses it on every schema"
    if reason:
        message = f"{name} cannot be the name of a field: {reason}; choose another."
        raise Refusal(message)
    _check(name, "lower-case words joined by underscores, such as due_at")


def _check(name: str, rule: str) -> None:
    if not SNAKE.fullmatch(name):
        message = f"{name!r} is not a name: take {rule}."
        raise Refusal(message)
    owner = _owner(name)
    if owner:
        message = f"{name} is {owner}: choose another name."
        raise Refusal(message)


def _owner(name: str) -> str:
    if keyword.iskeyword(name):
        return "a keyword of Python"
    if name in dir(builtins):
        return "a builtin of Python"
    return "a reserved word of SQL" if name in RESERVED_WORDS else ""


def class_name(plural: str, given: str = "") -> str:
    """Of one: order_items is OrderItem; `given` where no rule knows. Raises Refusal."""
    if given:
        if not CLASS.fullmatch(given) or keyword.iskeyword(given):
            message = f"{given!r} is not a name of a class: write it such as Invoice."
            raise Refusal(message)
        return given
    *first, last = plural.split("_")
    for pattern, ending in SINGULARS if last not in UNCLEAR else ():
        one, changed = re.subn(pattern, ending, last)
        if changed:
            return camel("_".join([*first, one]))
    message = (
        f"{plural} is not clearly a plural: take one such as invoices, "
        f"or say what one of them is with class=, such as class=Person for people."
    )
    raise Refusal(message)


def camel(name: str) -> str:
    """OrderItem of order_item."""
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))


def snake(name: str) -> str:
    """order_item of OrderItem."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def check_singular(name: str) -> None:
    """What one is called in the code; raises Refusal."""
    if name in TAKEN_BY_CODE or keyword.iskeyword(name) or name in dir(builtins):
        message = f"One of them would be {name}, a name the code uses: say another by class=."
        raise Refusal(message)


def nearest(word: str, known: Iterable[str], also: dict[str, str]) -> str:
    """A question with the likeliest of the known words, or nothing."""
    close = difflib.get_close_matches(word.lower(), [*known, *also], n=1)
    return f" Did you mean {also.get(close[0], close[0])}?" if close else ""
