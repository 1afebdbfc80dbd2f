"""Query models read at once: `query: Annotated[SomeQuery, Query()]`.

FastAPI looks at the type of each field of the model again for each request, which takes as long as
a tenth of a list. Here that is done once for each route, with the same answers.
"""

from copy import copy
from dataclasses import replace
from typing import Any

from fastapi._compat import ModelField, field_annotation_is_sequence
from fastapi.dependencies.models import Dependant
from pydantic import BaseModel, Json
from pydantic.fields import FieldInfo

RENAMING = {"populate_by_name", "validate_by_name", "validate_by_alias"}


class _Anything(BaseModel):
    """Without fields: FastAPI hands on every parameter as text, or a list where it is repeated."""


class _AtOnce(ModelField):
    """In the place of a query model: puts all parameters in shape, and has the model read them."""

    def __init__(self, field: ModelField, model: type[BaseModel]) -> None:
        info = copy(field.field_info)
        info.annotation = _Anything
        super().__init__(info, field.name)
        self._field = field
        self._is_list = {
            it.validation_alias or it.alias or name: field_annotation_is_sequence(it.annotation)
            for name, it in model.model_fields.items()
        }

    def validate(
        self, value: Any, values: dict[str, Any] | None = None, *, loc: tuple[int | str, ...] = ()
    ) -> tuple[Any, list[dict[str, Any]]]:
        shaped = {name: self._shaped(name, received) for name, received in value.items()}
        return self._field.validate(shaped, values or {}, loc=loc)

    def _shaped(self, name: str, received: str | list[str]) -> str | list[str]:
        """Of a parameter that is repeated, but no list, the last one counts."""
        is_list = self._is_list.get(name)
        if isinstance(received, list):
            return received[-1] if is_list is False else received
        return [received] if is_list else received


def reading_at_once(dependant: Dependant) -> Dependant:
    """For running alone: the document needs the fields."""
    return replace(
        dependant,
        query_params=[_prepared(field) for field in dependant.query_params],
        dependencies=[reading_at_once(it) for it in dependant.dependencies],
    )


def _prepared(field: ModelField) -> ModelField:
    model: Any = field.field_info.annotation
    is_model = isinstance(model, type) and issubclass(model, BaseModel)
    if not is_model or _is_json(field.field_info) or _has_choices(model):
        return field
    return _AtOnce(field, model)


def _has_choices(model: type[BaseModel]) -> bool:
    """Whether one field may have several names, or a form of its own: left to FastAPI."""
    return bool(RENAMING & model.model_config.keys()) or any(
        not isinstance(it.validation_alias, str | None) or _is_json(it)
        for it in model.model_fields.values()
    )


def _is_json(info: FieldInfo) -> bool:
    return Json in map(type, info.metadata)
