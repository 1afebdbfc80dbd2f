"""Says what is wrong with the settings: every fault at once, in words, and no secret among them."""

import re
from collections.abc import Mapping
from copy import deepcopy
from typing import Any, TypeVar

from pydantic import BaseModel, ModelWrapValidatorHandler, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from chassis.settings.names import group_of
from chassis.settings.showing import is_hidden, may_be_told

Model = TypeVar("Model")


class SettingsError(Exception):
    """The settings cannot be used; the message lists why, one fault a line."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__(
            "\n".join(["The settings cannot be used:", *(f"  {fault}" for fault in faults)])
        )
        self.faults = faults


def all_faults(
    model: type[BaseModel], given: Mapping[str, Any], validate: ModelWrapValidatorHandler[Model]
) -> tuple[Model, list[str]]:
    """Validate; where values are wrong, the rest as well, so that its faults are told too."""
    try:
        return validate(given), []
    except ValidationError as error:
        wrong = error.errors()
    settings, more = all_faults(model, _replaced(given, wrong), validate)
    return settings, [*(_sentence(model, fault) for fault in wrong), *more]


def _replaced(given: Mapping[str, Any], wrong: list[ErrorDetails]) -> dict[str, Any]:
    """The values without the wrong ones, a stand-in where the database's address is missing."""
    rest = deepcopy(dict(given))
    for fault in wrong:
        *groups, field = [str(part) for part in fault["loc"][:2]]
        holder = rest[groups[0]] if groups else rest
        holder.pop(field, None)
    rest.setdefault("database", {}).setdefault("url", "postgresql://missing@missing/missing")
    return rest


def _sentence(model: type[BaseModel], fault: ErrorDetails) -> str:
    path = [str(part) for part in fault["loc"][:2]]
    name = "_".join(path).upper()
    if fault["type"] == "missing":
        return f"{name} is missing. {_EXAMPLES.get(name, '')}".rstrip()
    message, value = fault["msg"].removeprefix("Value error, "), str(fault["input"])
    field = _field(model, path)
    if field and group_of(field):
        # Of values that do not go together: it names them.
        return message if isinstance(fault["input"], dict) else f"{name}: {message}"
    if is_hidden(name, field) or not may_be_told(value):
        return f"{name}: {'cannot be used' if _tells(message, value) else message}"
    return f"{name}: {message} (it is {fault['input']!r})"


def _tells(message: str, value: str) -> bool:
    """Not as a part of an example: `redis` is in redis://host."""
    quoted = rf"(?<![\w/]){re.escape(value)}(?![\w/:@])"
    return bool(value) and re.search(quoted, message) is not None


def _field(model: type[BaseModel], path: list[str]) -> FieldInfo | None:
    """None for what is no setting, where a group forbids that."""
    field = model.model_fields.get(path[0])
    group = field and group_of(field)
    return _field(group, path[1:]) if group and path[1:] else field


_EXAMPLES = {
    "DATABASE_URL": (
        "Example: postgresql://user:password@host:5432/database; "
        "`make dev` and `make test` start a server and set it."
    ),
}
