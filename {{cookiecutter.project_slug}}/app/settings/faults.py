"""Says what is wrong with the settings: every fault at once, in words, and no secret among them."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any, TypeVar

from pydantic import ModelWrapValidatorHandler, ValidationError
from pydantic_core import ErrorDetails

Model = TypeVar("Model")


class SettingsError(Exception):
    """The settings cannot be used; the message lists why, one fault a line."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__(
            "\n".join(["The settings cannot be used:", *(f"  {fault}" for fault in faults)])
        )
        self.faults = faults


def all_faults(
    given: Mapping[str, Any], validate: ModelWrapValidatorHandler[Model]
) -> tuple[Model, list[str]]:
    """Validate; where values are wrong, the rest as well, so that its faults are told too."""
    try:
        return validate(given), []
    except ValidationError as error:
        wrong = error.errors()
    settings, more = all_faults(_replaced(given, wrong), validate)
    return settings, [*map(_sentence, wrong), *more]


def _replaced(given: Mapping[str, Any], wrong: list[ErrorDetails]) -> dict[str, Any]:
    """The values without the wrong ones, a stand-in where the database's address is missing."""
    rest = deepcopy(dict(given))
    for fault in wrong:
        *groups, field = [str(part) for part in fault["loc"][:2]]
        holder = rest[groups[0]] if groups else rest
        holder.pop(field, None)
    rest.setdefault("database", {}).setdefault("url", "postgresql://missing@missing/missing")
    return rest


def _sentence(fault: ErrorDetails) -> str:
    name = "_".join(str(part) for part in fault["loc"][:2]).upper()
    if fault["type"] == "missing":
        return f"{name} is missing. {_EXAMPLES.get(name, '')}".rstrip()
    message = fault["msg"].removeprefix("Value error, ")
    if isinstance(fault["input"], dict) and name not in _SECRET:
        return message
    secret = name in _SECRET or name.endswith("_URL")
    value = "" if secret else f" (it is {fault['input']!r})"
    return f"{name}: {message}{value}"


_SECRET = {"DATABASE_URL", "DATABASE_REPLICA_URL", "DATABASE_EXTRA"}
_EXAMPLES = {
    "DATABASE_URL": (
        "Example: postgresql://user:password@host:5432/database; "
        "`make dev` and `make test` start a server and set it."
    ),
}
