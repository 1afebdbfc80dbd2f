"""Numbers."""

import math
import re
from collections.abc import Callable, Sequence
from decimal import Decimal

from tools.resource.description.kinds.kind import Kind
from tools.resource.errors import Refusal


def integer(name: str, least: int, most: int, column: str = "") -> Callable[..., Kind]:
    """Called so in `chassis/web/types.py`, with these bounds."""

    def default(text: str) -> str:
        if not re.fullmatch(r"-?\d+", text) or not least <= int(text) <= most:
            message = f"a whole number from {least} to {most}"
            raise ValueError(message)
        return str(int(text))

    def kind(_: str, __: Sequence[str]) -> Kind:
        return Kind(
            python="int",
            body=name,
            query=f"Annotated[int, Field(ge={least:_}, le={most:_})]",
            column=column,
            examples=("1", "2", "3"),
            wrong=(f"{most + 1:_}", f"{least - 1:_}", "1.5", '"5"', "True"),
            sortable=True,
            ranged=True,
            default=default,
        )

    return kind


def decimal(_: str, arguments: Sequence[str]) -> Kind:
    precision, scale = _digits(arguments)
    unit = Decimal(1) if precision > scale else Decimal(1).scaleb(-scale)
    first, second, third = (f'"{unit * number:.{scale}f}"' for number in (1, 2, 3))

    def default(text: str) -> str:
        fits = re.fullmatch(rf"-?\d+(\.\d{{1,{scale}}})?" if scale else r"-?\d+", text)
        if not fits or abs(Decimal(text)) >= Decimal(10) ** (precision - scale):
            message = f"a number of {precision} digits, {scale} of them after the point"
            raise ValueError(message)
        return f'Decimal("{Decimal(text) or Decimal(0):.{scale}f}")'  # there is no -0 in PostgreSQL

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
        if not re.fullmatch(r"-?\d+(\.\d+)?", text) or math.isinf(float(text)):
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
