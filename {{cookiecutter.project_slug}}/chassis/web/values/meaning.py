"""What a client sent, as it is meant: one form for what is written in several."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from chassis.web.values.texts import MOST_MARKS, TooManyMarksError, composed


def as_meant(model: type[BaseModel], values: Mapping[str, Any]) -> dict[str, Any]:
    """Raises ValidationError. What may be any JSON stays as it is."""
    as_it_is = _free_in_form(model)
    return {
        name: value if name in as_it_is else _meant(name, value) for name, value in values.items()
    }


def _meant(name: str, value: Any) -> Any:
    """JSON has one kind of number: 5.0 is an integer, although Python reads a float."""
    if isinstance(value, str):
        return _composed(name, value)
    if isinstance(value, list):
        return [_meant(name, item) for item in value]
    whole = isinstance(value, float) and value.is_integer() and abs(value) < 2**63
    return int(value) if whole else value


def _composed(name: str, text: str) -> str:
    try:
        return composed(text)
    except TooManyMarksError:
        message = "Input should have at most {most} combining marks in a row"
        error = PydanticCustomError("too_many_marks", message, {"most": MOST_MARKS})
        detail = InitErrorDetails(type=error, loc=(name,), input=None)
        raise ValidationError.from_exception_data(name, [detail]) from None


@cache
def _free_in_form(model: type[BaseModel]) -> frozenset[str]:
    """The fields that may hold anything, by every name that they go by."""
    return frozenset(_names_of_free_fields(model))


def _names_of_free_fields(model: type[BaseModel]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        if _mentions_any(field.annotation):
            yield from (it for it in (name, field.validation_alias) if isinstance(it, str))


def _mentions_any(annotation: Any) -> bool:
    return annotation is Any or any(map(_mentions_any, get_args(annotation)))
