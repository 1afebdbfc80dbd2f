"""Hides secrets in a value and in all that is inside it."""

import re
from typing import Any

from chassis.redaction.named import HIDDEN
from chassis.redaction.names import is_secret, names_secret
from chassis.redaction.texts import redact_text

MAX_DEPTH = 20
PAIR = 2
NAME = re.compile(r"[A-Za-z_]+")
OPTION = re.compile(r"--?[\w-]+\Z")
PLAIN = (int, float, type(None))


def redact(value: Any, depth: int = 0) -> Any:
    """A copy without secrets; an object that would tell one becomes the text that it shows."""
    if depth > MAX_DEPTH:
        return "..."
    if isinstance(value, PLAIN):
        return value
    if isinstance(value, str):
        return redact_text(value)
    if isinstance(value, dict):
        return {name: _item(name, item, depth + 1) for name, item in value.items()}
    if type(value) in {list, tuple}:  # no named tuple, which shows its names
        return _members(value, depth + 1)
    return _object(value)


def _item(name: object, value: Any, depth: int) -> Any:
    return HIDDEN if is_secret(_text(name), value) else redact(value, depth)


def _members(values: list[Any] | tuple[Any, ...], depth: int) -> list[Any]:
    if len(values) == PAIR and _is_pair(*values, is_list=type(values) is list):
        return [redact(values[0], depth), HIDDEN]
    told = [_member(item, depth) for item in values]
    for number, option in enumerate(values[:-1]):  # of a command line
        if isinstance(option, str) and OPTION.match(option) and names_secret(option):
            told[number + 1] = HIDDEN
    return told


def _is_pair(name: Any, value: Any, *, is_list: bool) -> bool:
    """A list of two may be of two names, such as those of fields that are missing."""
    are_names = is_list and isinstance(value, str) and NAME.fullmatch(value)
    return not are_names and is_secret(_text(name), value)


def _member(value: Any, depth: int) -> Any:
    """Of a list: a pair may be a name and its value, such as a header."""
    if type(value) in {list, tuple} and len(value) == PAIR:
        return [redact(value[0], depth), _item(value[0], value[1], depth)]
    return redact(value, depth)


def _text(name: object) -> str:
    """Of what a mapping may call its values by; of headers, it is bytes."""
    if isinstance(name, bytes):
        return name.decode("latin-1")
    return name if isinstance(name, str) else ""


def _object(value: object) -> object:
    try:
        shown = repr(value)
        hidden = redact_text(shown)
    except Exception:  # noqa: BLE001  a repr may raise anything
        return value
    return value if hidden == shown else hidden
