"""The types a field may have: how each looks in the database, in Python, in JSON and in a test."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from tools.resource.errors import Refusal

LONGEST_INDEXED = 600  # characters; a row of an index holds 2704 bytes
VALUE = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, kw_only=True)
class Kind:
    """Source text, where nothing else is said."""

    python: str
    """In models and answers."""
    body: str
    """In a request."""
    query: str = ""
    """As a parameter, where that differs: everything is text there."""
    column: str = ""
    """For `mapped_column`, where `python` does not say it all."""
    examples: tuple[str, str, str]
    """In ascending order, as JSON."""
    wrong: tuple[str, ...]
    """What is refused, as JSON."""
    indexable: bool = True
    unique: bool = True
    sortable: bool = False
    ranged: bool = False
    """Whether lists can be narrowed by a least and a greatest value."""
    default: Callable[[str], str] | None = None
    """From what a person writes; raises ValueError."""
    members: tuple[str, ...] = ()
    """Of an enum."""
    refers_to: str = ""


def text_of_length(name: str, arguments: Sequence[str]) -> Kind:
    length = _number(arguments, "str", 1, 10_000) if arguments else 200

    def default(text: str) -> str:
        if not text.strip() or len(text) > length:
            message = f"text of 1 to {length} characters"
            raise ValueError(message)
        return repr(text)

    return Kind(
        python="str",
        body=f"Annotated[Name, Field(max_length={length})]",
        column=f"String({length})",
        examples=_texts(name, length),
        wrong=('""', '" "', f'"x" * {length + 1}', r'"a\0b"', "5"),
        indexable=length <= LONGEST_INDEXED,
        unique=length <= LONGEST_INDEXED,
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
        default=repr,
    )


def _texts(name: str, length: int) -> tuple[str, str, str]:
    words = name.replace("_", " ")
    first, second, third = (repr(f"{words} {number}"[-length:].strip()) for number in (1, 2, 3))
    return first, second, third


def integer(bits: int) -> Callable[[str, Sequence[str]], Kind]:
    low, high = f"-(2**{bits - 1})", f"2**{bits - 1} - 1"

    def default(text: str) -> str:
        if not re.fullmatch(r"-?\d+", text) or not -(2 ** (bits - 1)) <= int(text) < 2 ** (
            bits - 1
        ):
            message = f"a whole number of {bits} bits"
            raise ValueError(message)
        return str(int(text))

    def kind(_: str, __: Sequence[str]) -> Kind:
        return Kind(
            python="int",
            body=f"Int{bits}",
            query=f"Annotated[int, Field(ge={low}, le={high})]",
            column="BigInteger" if bits == 64 else "",  # noqa: PLR2004
            examples=("1", "2", "3"),
            wrong=(f"2**{bits - 1}", f"-(2**{bits - 1}) - 1", "1.5", '"5"', "True"),
            sortable=True,
            ranged=True,
            default=default,
        )

    return kind


def decimal(_: str, arguments: Sequence[str]) -> Kind:
    precision, scale = _digits(arguments)
    places = Decimal(1).scaleb(-scale)
    unit = Decimal(1) if precision > scale else places
    first, second, third = (f'"{(unit * number).quantize(places)}"' for number in (1, 2, 3))

    def default(text: str) -> str:
        fits = re.fullmatch(rf"-?\d+(\.\d{{1,{scale}}})?" if scale else r"-?\d+", text)
        if not fits or abs(Decimal(text)) >= Decimal(10) ** (precision - scale):
            message = f"a number of {precision} digits, {scale} of them after the point"
            raise ValueError(message)
        return f'Decimal("{Decimal(text):.{scale}f}")'

    too_many = f'"1{"0" * (precision - scale)}"'
    return Kind(
        python="Decimal",
        body=f"Annotated[Decimal, Digits({precision}, {scale})]",
        column=f"Numeric({precision}, {scale})",
        examples=(first, second, third),
        wrong=(too_many, f'"0.{"0" * scale}1"', "1.5", '"NaN"', '"1e1"'),
        sortable=True,
        ranged=True,
        default=default,
    )


def _digits(arguments: Sequence[str]) -> tuple[int, int]:
    if not arguments:
        return 12, 2
    numbers = [int(argument) for argument in arguments if argument.isdecimal()]
    if len(numbers) != len(arguments) or not 1 <= len(numbers) <= 2:  # noqa: PLR2004
        message = "decimal takes digits and places, such as decimal(12,2)."
        raise Refusal(message)
    precision, scale = [*numbers, 0][:2]
    if not 1 <= precision <= 100 or scale > precision:  # noqa: PLR2004
        message = (
            f"decimal({precision},{scale}) cannot be: take 1 to 100 digits, "
            f"and no more places than digits."
        )
        raise Refusal(message)
    return precision, scale


def floating(_: str, __: Sequence[str]) -> Kind:
    def default(text: str) -> str:
        if not re.fullmatch(r"-?\d+(\.\d+)?", text):
            message = "a number such as 1.5"
            raise ValueError(message)
        return repr(float(text))

    return Kind(
        python="float",
        body="Finite",
        query="Annotated[float, Field(allow_inf_nan=False)]",
        examples=("1.5", "2.5", "3.5"),
        wrong=('"1.5"', '"NaN"', "True"),
        sortable=True,
        ranged=True,
        default=default,
    )


def boolean(_: str, __: Sequence[str]) -> Kind:
    def default(text: str) -> str:
        if text.lower() not in {"true", "false"}:
            message = "true or false"
            raise ValueError(message)
        return text.capitalize()

    return Kind(
        python="bool",
        body="Bool",
        query="bool",
        examples=("False", "True", "True"),
        wrong=('"yes"', "1"),
        unique=False,
        default=default,
    )


def day(_: str, __: Sequence[str]) -> Kind:
    return Kind(
        python="date",
        body="Day",
        examples=('"2026-01-31"', '"2026-02-28"', '"2026-03-31"'),
        wrong=('"2026-02-30"', '"2026-01-31T12:00:00Z"', '"yesterday"', "0"),
        sortable=True,
        ranged=True,
    )


def instant(_: str, __: Sequence[str]) -> Kind:
    return Kind(
        python="datetime",
        body="Instant",
        examples=('"2026-01-31T12:00:00Z"', '"2026-02-28T12:00:00Z"', '"2026-03-31T12:00:00Z"'),
        wrong=('"2026-01-31T12:00:00"', '"2026-01-31"', '"now"', "0"),
        sortable=True,
        ranged=True,
    )


def uuid(_: str, __: Sequence[str]) -> Kind:
    first, second, third = (f'"00000000-0000-4000-8000-00000000000{n}"' for n in (1, 2, 3))
    return Kind(
        python="UUID",
        body="UUID",
        examples=(first, second, third),
        wrong=('"x"', "5", r'"a\0b"'),
    )


def json(_: str, __: Sequence[str]) -> Kind:
    return Kind(
        python="Any",
        body="Json",
        column="JSONB",
        examples=('{"a": [1, None, "b"]}', '{"a": []}', "[]"),
        wrong=(r'{"a": ["\0"]}', "[2**63]"),
        indexable=False,
        unique=False,
    )


def enum(name: str, arguments: Sequence[str]) -> Kind:
    members = tuple(arguments)
    if not members:
        message = f"An enum needs its values, such as {name}:enum(draft,sent,paid)."
        raise Refusal(message)
    for member in members:
        if not VALUE.fullmatch(member) or members.count(member) > 1:
            message = (
                f"{member!r} cannot be a value of an enum: take each once, such as in_progress."
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
        wrong=(f'"{"_".join(members)}_"', "5"),
        unique=False,
        default=default,
        members=members,
    )


def reference(name: str, arguments: Sequence[str]) -> Kind:
    if len(arguments) != 1 or not arguments[0]:
        message = f"A ref needs one feature, such as {name}:ref(products)."
        raise Refusal(message)
    if not name.endswith("_id") or name == "_id":
        message = f"A ref holds an ID: call it {name}_id."
        raise Refusal(message)
    return Kind(
        python="UUID",
        body="UUID",
        examples=("", "", ""),  # the test makes one
        wrong=('"x"', "5"),
        unique=False,
        refers_to=arguments[0],
    )


def _number(arguments: Sequence[str], name: str, low: int, high: int) -> int:
    if len(arguments) == 1 and arguments[0].isdecimal() and low <= int(arguments[0]) <= high:
        return int(arguments[0])
    given = ",".join(arguments)
    message = f"{name}({given}) cannot be: take one number from {low} to {high}."
    raise Refusal(message)


KINDS: dict[str, Callable[[str, Sequence[str]], Kind]] = {
    "str": text_of_length,
    "text": long_text,
    "int": integer(32),
    "bigint": integer(64),
    "decimal": decimal,
    "float": floating,
    "bool": boolean,
    "date": day,
    "datetime": instant,
    "uuid": uuid,
    "json": json,
    "enum": enum,
    "ref": reference,
}
TAKE_ARGUMENTS = {"str", "decimal", "enum", "ref"}
OTHER_WORDS = {
    "string": "str",
    "varchar": "str",
    "char": "str",
    "integer": "int",
    "long": "bigint",
    "number": "decimal",
    "numeric": "decimal",
    "money": "decimal",
    "double": "float",
    "boolean": "bool",
    "time": "datetime",
    "timestamp": "datetime",
    "timestamptz": "datetime",
    "jsonb": "json",
    "dict": "json",
    "choice": "enum",
    "foreignkey": "ref",
    "references": "ref",
}
