"""Where settings are read, and what else is found there."""

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource, InitSettingsSource

from chassis.settings.names import Stranger, group_of, setting_names, strangers

# Kubernetes tells each pod of each service beside it, and a service may be called like a group:
# https://kubernetes.io/docs/tutorials/services/connect-applications-service/#environment-variables
LINK = re.compile(r".*_(SERVICE_(HOST|PORT(_\w+)?)|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)")
LINKED = re.compile(r"(tcp|udp|sctp)://\S+")


def leave_to_others(source: EnvSettingsSource) -> None:
    """`LOG=...` and `DATABASE=...`, for ours are named group and field; links to services."""
    fields = source.settings_cls.model_fields
    groups = {name.upper() for name, field in fields.items() if group_of(field)}
    known = setting_names(source.settings_cls)
    source.env_vars = {
        name: value
        for name, value in source.env_vars.items()
        if not (name.upper() in groups or _is_link(name.upper(), value, known))
    }


def leave_to_validation(source: EnvSettingsSource) -> None:
    """Text that should be JSON and is none, or reading would end there, its other faults untold."""
    decode = source.decode_complex_value

    def decode_or_keep(field_name: str, field: FieldInfo, value: Any) -> Any:
        with suppress(ValueError):
            return decode(field_name, field, value)
        return value

    source.decode_complex_value = decode_or_keep  # type: ignore[method-assign]


def _is_link(name: str, value: str | None, known: Iterable[str]) -> bool:
    """`SERVER_PORT=tcp://10.0.0.7:80` is one in spite of its name."""
    if name.endswith("_PORT") and LINKED.fullmatch(value or ""):
        return True
    return name not in known and LINK.fullmatch(name) is not None


class Strangers(InitSettingsSource):
    """No values, but the names in other sources that are no settings."""

    KEY = "names that are no settings"

    @classmethod
    def taken_from(cls, values: dict[str, Any]) -> list[Stranger]:
        """Out of what all sources said together."""
        found: list[Stranger] = values.pop(cls.KEY, [])
        return found

    def __init__(
        self, settings: type[BaseSettings], sources: Sequence[tuple[EnvSettingsSource, str]]
    ) -> None:
        super().__init__(settings, {})
        places = {
            name.upper(): place for source, place in reversed(sources) for name in source.env_vars
        }
        self._found = strangers(settings, places)

    def __call__(self) -> dict[str, Any]:
        return {self.KEY: self._found}
