"""Says what is wrong with the settings: every fault at once, in words, and no secret among them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from typing import Any, TypeVar

from pydantic import BaseModel, ModelWrapValidatorHandler, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from chassis.settings.identity import Environment
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
) -> tuple[Model | None, list[str]]:
    """Validate; where values are wrong, the rest as well, so that its faults are told too.

    None where a value is wrong that has no default: nothing can stand in for it.
    """
    told: set[tuple[str, ...]] = set()
    sentences: list[str] = []
    production = given.get("environment") == Environment.PRODUCTION
    while True:
        try:
            return validate(given), sentences
        except ValidationError as error:
            faults = [(_path(model, fault), fault) for fault in error.errors()]
        new = [(path, fault) for path, fault in faults if path not in told]
        if not new:
            return None, sentences
        sentences += [_sentence(model, path, fault, production=production) for path, fault in new]
        told |= {path for path, _ in new}
        given = _replaced(given, told)


def _path(model: type[BaseModel], fault: ErrorDetails) -> tuple[str, ...]:
    """The setting, without the place inside its value."""
    first, *rest = [str(part) for part in fault["loc"]]
    field = model.model_fields.get(first)
    return (first, *rest[:1]) if field and group_of(field) else (first,)


def _replaced(given: Mapping[str, Any], wrong: Iterable[Sequence[str]]) -> dict[str, Any]:
    """The values without the wrong ones, a stand-in where the database's address is missing."""
    rest = deepcopy(dict(given))
    for *groups, field in wrong:
        holder = rest.get(groups[0], {}) if groups else rest
        holder.pop(field, None)
    rest.setdefault("database", {}).setdefault("url", "postgresql://missing@missing/missing")
    return rest


def _sentence(
    model: type[BaseModel], path: Sequence[str], fault: ErrorDetails, *, production: bool
) -> str:
    name, field = "_".join(path).upper(), _field(model, path)
    if fault["type"] == "missing":
        meaning = (field and field.description) or ""
        if name == "DATABASE_URL":
            meaning = f"{_EXAMPLE} {_IN_PRODUCTION if production else _IN_DEVELOPMENT}"
        return f"{name} is missing. {meaning}".rstrip()
    message, value = fault["msg"].removeprefix("Value error, "), str(fault["input"])
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


def _field(model: type[BaseModel], path: Sequence[str]) -> FieldInfo | None:
    """None for what is no setting, where a group forbids that."""
    field = model.model_fields.get(path[0])
    group = field and group_of(field)
    return _field(group, path[1:]) if group and path[1:] else field


_EXAMPLE = "Example: postgresql://user:password@host:5432/database;"
_IN_PRODUCTION = (
    "it comes from the environment, or from the file /run/secrets/DATABASE_URL: "
    "see Configuration in README.md."
)
_IN_DEVELOPMENT = (
    "`make dev` and `make test` start a server and set it. A command on the one of `make dev`: "
    "`.venv/bin/python -m tools.postgres -- .venv/bin/python -m app ...`."
)
