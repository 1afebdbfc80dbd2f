"""Values that fit a JSON schema; the same each time, so that the document is."""

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

FORMATS: Mapping[str, str] = {
    "uuid": "01980c5e-7a52-7c3f-9d41-5b8e6f0a1c2d",
    "date": "2026-01-31",
    "date-time": "2026-01-31T12:00:00Z",
    "time": "12:00:00Z",
    "duration": "PT1H",
    "email": "someone@example.com",
    "uri": "https://example.com/",
    "uri-reference": "/",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
}
TEXTS = ("1.50", "1", "0.5", "a", "A")
"""Tried where the name of a field does not fit: decimals, codes of one letter."""

Schema = Mapping[str, Any]


def fitting(name: str, schema: Schema) -> Any:
    """For a field of that name; None where nothing here fits: a file, a code with rules."""
    return next((it for it in _candidates(name, schema) if _fits(it, schema)), None)


def _candidates(name: str, schema: Schema) -> Iterator[Any]:
    match schema.get("type", "anything"):
        case "string":
            yield from _texts(name.replace("_", " "), schema)
        case "integer":
            yield from (int(it) for it in _numbers(schema, 1, step=1))
        case "number":
            yield from _numbers(schema, 1.5, step=0.5)
        case "boolean":
            yield True
        case "anything":
            yield {"any": "JSON"}


def _texts(words: str, schema: Schema) -> Iterator[str]:
    known = FORMATS.get(schema.get("format", ""))
    if known is not None:
        yield known
    elif schema.get("format") != "binary" and "contentMediaType" not in schema:
        yield words[: schema.get("maxLength")].strip()
        yield words.ljust(schema.get("minLength", 0), ".")
        yield from TEXTS


def _numbers(schema: Schema, usual: float, step: float) -> Iterator[float]:
    """The usual one, else one beside a bound or between both."""
    step = schema.get("multipleOf", step)
    least = schema.get("minimum", schema.get("exclusiveMinimum", usual))
    greatest = schema.get("maximum", schema.get("exclusiveMaximum", least))
    up, down = math.ceil(least / step) * step, math.floor(greatest / step) * step
    yield from (usual, up, up + step, down, down - step, (least + greatest) / 2)


def _fits(value: Any, schema: Schema) -> bool:
    if isinstance(value, str):
        return _is_long_enough(value, schema) and _matches(value, schema.get("pattern", ""))
    if isinstance(value, int | float):
        return _is_within(value, schema) and _is_multiple(value, schema.get("multipleOf"))
    return True


def _is_long_enough(text: str, schema: Schema) -> bool:
    return len(text) in range(schema.get("minLength", 0), schema.get("maxLength", len(text)) + 1)


def _matches(text: str, pattern: str) -> bool:
    try:
        return re.search(pattern, text) is not None
    except re.error:  # a dialect of its own, such as Rust's
        return False


def _is_within(number: float, schema: Schema) -> bool:
    least, most = schema.get("minimum", number), schema.get("maximum", number)
    above, below = (
        schema.get("exclusiveMinimum", -math.inf),
        schema.get("exclusiveMaximum", math.inf),
    )
    return bool(least <= number <= most and above < number < below)


def _is_multiple(number: float, unit: float | None) -> bool:
    return unit is None or math.isclose(number / unit, round(number / unit))
