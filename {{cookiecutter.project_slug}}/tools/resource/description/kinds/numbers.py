"""Numbers."""

import math
import re
import sys
from collections.abc import Callable, Sequence
from decimal import ROUND_DOWN, Decimal

from chassis.web.values.decimals import WIDE
from tools.resource.description.kinds.kind import Kind
from tools.resource.description.kinds.scale import Scale
from tools.resource.errors import Refusal


def integer(name: str, least: int, most: int, column: str = "") -> Callable[..., Kind]:
    """Called so in `chassis/web/types.py`, with these bounds."""

    def read(text: str) -> int:
        if not re.fullmatch(r"-?\d+", text) or not least <= int(text) <= most:
            message = f"a whole number from {least} to {most}"
            raise ValueError(message)
        return int(text)

    scale = Scale(
        read=read,
        least=least,
        most=most,
        unit=1,
        half=lambda distance: distance // 2,
        below=lambda value: value - 1,
        above=lambda value: value + 1,
        text=str,
        python=str,
    )

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
            default=lambda text: str(read(text)),
            scale=scale,
        )

    return kind


def decimal(_: str, arguments: Sequence[str]) -> Kind:
    precision, places = _digits(arguments)
    scale = _decimal_scale(precision, places)
    first, second, third = (f'"{scale.unit * number:f}"' for number in (1, 2, 3))
    too_many = f'"1{"0" * (precision - places)}"'
    return Kind(
        python="Decimal",
        body=f"Annotated[Decimal, Digits({precision}, {places})]",
        column=f"Numeric({precision}, {places})",
        examples=(first, second, third),
        wrong=(too_many, f'"0.{"0" * places}1"', "1.5", '"NaN"', '"1e1"'),
        sortable=True,
        ranged=True,
        default=lambda text: f'Decimal("{scale.read(text):f}")',
        scale=scale,
    )


def _decimal_scale(precision: int, places: int) -> Scale:
    step = Decimal(1).scaleb(-places)

    def read(text: str) -> Decimal:
        fits = re.fullmatch(rf"-?\d+(\.\d{{1,{places}}})?" if places else r"-?\d+", text)
        if not fits or abs(Decimal(text)) >= Decimal(10) ** (precision - places):
            message = f"a number of {precision} digits, {places} of them after the point"
            raise ValueError(message)
        return WIDE.quantize(Decimal(text) or Decimal(0), step)  # there is no -0 in PostgreSQL

    def source(value: Decimal) -> str:
        return str(int(value)) if value == int(value) else f'Decimal("{value:f}")'

    most = WIDE.multiply(step, Decimal(10) ** precision - 1)
    return Scale(
        read=read,
        least=most.copy_negate(),
        most=most,
        unit=WIDE.quantize(Decimal(1), step) if precision > places else step,
        half=lambda distance: WIDE.divide(distance, 2).quantize(step, ROUND_DOWN, WIDE),
        below=lambda value: WIDE.subtract(value, step),
        above=lambda value: WIDE.add(value, step),
        text=lambda value: f"{value:f}",
        python=source,
        json='"{}"',
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
    def read(text: str) -> float:
        if not re.fullmatch(r"-?\d+(\.\d+)?", text) or math.isinf(float(text)):
            message = "a number such as 1.5"
            raise ValueError(message)
        return float(text)

    scale = Scale(
        read=read,
        least=-sys.float_info.max,
        most=sys.float_info.max,
        unit=1.0,
        half=lambda distance: distance / 2,
        below=lambda value: math.nextafter(value, -math.inf),
        above=lambda value: math.nextafter(value, math.inf),
        text=repr,
        python=repr,
    )
    return Kind(
        python="float",
        body="Finite",
        query="Annotated[float, Field(allow_inf_nan=False)]",
        examples=("1.5", "2.5", "3.5"),
        wrong=('"1.5"', '"NaN"', "True"),
        sortable=True,
        ranged=True,
        default=lambda text: repr(read(text)),
        scale=scale,
    )
