"""Settings for tests, from given values alone."""

from functools import cache
from typing import Any, TypeVar

from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from chassis.settings import Settings

Kind = TypeVar("Kind", bound=Settings)
PATIENT = {"pool_timeout": 60, "connect_timeout": 60, "lock_timeout": 30, "statement_timeout": 60}
"""Of a database."""


def make_settings(**groups: Any) -> Settings:
    """Of the chassis, whatever the environment and `.env` say."""
    return settings_of(Settings, groups)


def settings_of(kind: type[Kind], groups: dict[str, Any]) -> Kind:
    """Without warm-up, which would open connections that a test does not expect, and patient.

    A busy machine is no exhausted pool, no database that is away, no lock that is kept, no slow
    upstream, and no request that takes too long; and tests that run at once cannot all have the
    port of the metrics.
    """
    if isinstance(server := groups.get("server", {}), dict):
        groups = groups | {"server": {"request_timeout": 120, **server}}
    if isinstance(metrics := groups.get("metrics", {}), dict):
        groups = groups | {"metrics": {"port": None, **metrics}}
    if isinstance(database := groups.get("database"), dict):
        groups = groups | {"database": {"warm_up": 0, **PATIENT, **database}}
    if isinstance(outbound := groups.get("outbound"), dict):
        patient = {"timeout": 60, "connect_timeout": 60, "read_timeout": 60, "wait": 60}
        groups = groups | {"outbound": {**patient, **outbound}}
    made: Kind = _isolated(kind)(_env_file=None, **{"environment": "test", **groups})
    return made


@cache
def _isolated(kind: type[Kind]) -> type[Kind]:
    def only_arguments(
        _: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        *__: PydanticBaseSettingsSource,
        **___: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)

    sources = staticmethod(only_arguments)
    return type(kind.__name__, (kind,), {"settings_customise_sources": sources})
