"""`min=VALUE` and `max=VALUE`: what a field may hold, and what a test of it then sends."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import localcontext
from typing import Any

from chassis.web.values.decimals import WIDE
from tools.resource.description.kinds.kind import Kind
from tools.resource.description.kinds.scale import PLAIN, Scale
from tools.resource.errors import Refusal

LEAST, MOST = "min", "max"


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """What was said of them, as text."""

    least: str = ""
    most: str = ""

    @property
    def sentence(self) -> str:
        if self.least and self.most:
            return f"From {self.least} to {self.most}."
        return f"At least {self.least}." if self.least else f"At most {self.most}."


def bounded(name: str, kind: Kind, said: Mapping[str, str]) -> tuple[Kind, Bounds | None]:
    """The kind with these bounds; `said` may have a default too. Raises Refusal."""
    if not {LEAST, MOST} & said.keys():
        return kind, None
    scale = kind.scale
    if scale is None:
        message = f"{name}: {_instead(kind)}"
        raise Refusal(message)
    with localcontext(WIDE):
        given = {word: _read(name, word, said[word], scale) for word in said}
        least, most = given.get(LEAST, scale.least), given.get(MOST, scale.most)
        bounds = Bounds(least=said.get(LEAST, ""), most=said.get(MOST, ""))
        _check(name, said, least, most)
        if "default" in given and not least <= given["default"] <= most:
            message = (
                f"{name}: the default {said['default']} cannot be, by min and max: "
                f"it has to be {bounds.sentence[0].lower()}{bounds.sentence[1:]}"
            )
            raise Refusal(message)
        return _narrowed(name, kind, scale, given), bounds


def _instead(kind: Kind) -> str:
    if kind.python == "str":
        return "a text has no min and max; say how long it may be, such as str(40)."
    return "a field of this type has no min and max; a number, a date or a datetime has."


def _read(name: str, word: str, text: str, scale: Scale) -> Any:
    try:
        return scale.read(text)
    except ValueError as error:
        message = f"{name}: {word}={text} cannot be; it has to be {error}."
        raise Refusal(message) from None


def _check(name: str, said: Mapping[str, str], least: Any, most: Any) -> None:
    if least > most:
        message = f"{name}: min={said[LEAST]} is over max={said[MOST]}; turn them round."
        raise Refusal(message)


def _narrowed(name: str, kind: Kind, scale: Scale, given: Mapping[str, Any]) -> Kind:
    least, most = given.get(LEAST, scale.least), given.get(MOST, scale.most)
    words = {"ge": given.get(LEAST), "le": given.get(MOST)}
    limits = [f"{word}={scale.python(at)}" for word, at in words.items() if at is not None]
    inside = kind.body.removeprefix("Annotated[").removesuffix("]")
    outside = [scale.below(least)] if LEAST in given and least > scale.least else []
    outside += [scale.above(most)] if MOST in given and most < scale.most else []
    first, second, third = _examples(name, kind, scale, given)
    if scale.json != PLAIN:  # of what is no number in JSON, a schema cannot tell the bounds
        limits.append(f"examples=[{first}]")
    return replace(
        kind,
        body=f"Annotated[{inside}, Field({', '.join(limits)})]",
        query=kind.query or kind.body,  # who looks for more than there can be finds nothing
        examples=(first, second, third),
        wrong=(*kind.wrong, *(_in_json(scale, value) for value in outside)),
        checks=tuple(_checks(scale, given)),
    )


def _checks(scale: Scale, given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for word, operator in ((LEAST, ">="), (MOST, "<=")):
        if word in given:
            yield word, f"{operator} {scale.sql.format(scale.text(given[word]))}"


def _examples(name: str, kind: Kind, scale: Scale, given: Mapping[str, Any]) -> list[str]:
    """The kind's own where they can be, else three from the bound on."""
    least, most = given.get(LEAST, scale.least), given.get(MOST, scale.most)
    own = [scale.read(str(ast.literal_eval(example))) for example in kind.examples]
    if least <= own[0] and own[-1] <= most:
        return list(kind.examples)
    unit = min(scale.unit, scale.half(most - least))
    start = least if LEAST in given else most - 2 * unit
    values = [start, start + unit, start + 2 * unit]
    if not values[0] < values[1] < values[2] <= most:
        message = (
            f"{name}: less than three values are within min and max, too few for tests of a list; "
            f"take a bool or an enum, or write the rule by hand."
        )
        raise Refusal(message)
    return [_in_json(scale, value) for value in values]


def _in_json(scale: Scale, value: Any) -> str:
    return scale.json.format(scale.text(value))
