"""Text, and choices of it."""

import re
from collections.abc import Sequence

from pydantic import TypeAdapter, ValidationError

from chassis.web.types import Name
from chassis.web.values.texts import composed
from tools.resource.description.kinds.kind import Kind
from tools.resource.errors import Refusal

LONGEST_INDEXED = 600  # characters; a row of an index holds 2704 bytes
VALUE = re.compile(r"[a-z][a-z0-9_]*")
NAME = TypeAdapter(Name)


def text_of_length(name: str, arguments: Sequence[str]) -> Kind:
    length = _number(arguments, "str", 1, 10_000) if arguments else 200

    def default(text: str) -> str:
        if not _is_name(stored := composed(text)) or len(stored) > length:
            message = f"text of 1 to {length} characters, one of them visible"
            raise ValueError(message)
        return repr(stored)

    return Kind(
        python="str",
        body=f"Annotated[Name, Field(max_length={length})]",
        column=f"String({length})",
        examples=_texts(name, length),
        wrong=('""', '" "', r'"\u200b"', f'"x" * {length + 1}', r'"a\0b"', "5"),
        indexable=length <= LONGEST_INDEXED,
        unique=length <= LONGEST_INDEXED,
        has_case=True,
        sortable=True,
        default=default,
    )


def long_text(name: str, _: Sequence[str]) -> Kind:
    return Kind(
        python="str",
        body="Annotated[Text, Field(max_length=10_000)]",
        examples=_texts(name, 200),
        wrong=('"x" * 10_001', r'"a\0b"', "5"),
        indexable=False,
        unique=False,
        default=lambda text: repr(composed(text)),
    )


def _is_name(text: str) -> bool:
    try:
        NAME.validate_python(text)
    except ValidationError:
        return False
    return True


def _texts(name: str, length: int) -> tuple[str, str, str]:
    words = name.replace("_", " ")
    first, second, third = (repr(f"{words} {number}"[-length:].strip()) for number in (1, 2, 3))
    return first, second, third


def enum(name: str, arguments: Sequence[str]) -> Kind:
    members = tuple(arguments)
    if not members:
        message = f"An enum needs its values, such as {name}:enum(draft,sent,paid)."
        raise Refusal(message)
    for member in members:
        if not VALUE.fullmatch(member) or members.count(member) > 1:
            message = (
                f"{name}: {member!r} cannot be a value of an enum: take lower-case words joined by "
                f"underscores, each once, such as enum(draft,in_progress)."
            )
            raise Refusal(message)

    def default(text: str) -> str:
        if text not in members:
            message = f"one of {', '.join(members)}"
            raise ValueError(message)
        return text

    values = (members * 3)[:3]
    return Kind(
        python="",  # named after the resource
        body="",
        examples=(f'"{values[0]}"', f'"{values[1]}"', f'"{values[2]}"'),
        wrong=(f'"{max(members, key=len)}_"', "5"),
        unique=False,
        default=default,
        members=members,
    )


def _number(arguments: Sequence[str], name: str, low: int, high: int) -> int:
    if len(arguments) == 1 and arguments[0].isdecimal() and low <= int(arguments[0]) <= high:
        return int(arguments[0])
    given = ",".join(arguments)
    message = f"{name}({given}) cannot be: take one number from {low} to {high}."
    raise Refusal(message)
