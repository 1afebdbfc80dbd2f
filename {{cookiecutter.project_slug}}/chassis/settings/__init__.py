"""Every setting of the service; `DATABASE_POOL_SIZE` is the field `pool_size` of a group.

Read in this order, the first that has a value wins: arguments, environment, `.env`, files in
`/run/secrets` named like the variable. Wrong values are all listed at once, see `faults.py`.
"""

from pathlib import Path
from typing import Any, Self

from pydantic import Field, ModelWrapValidatorHandler, PrivateAttr, model_validator
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    NestedSecretsSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from chassis.settings.auth import AuthSettings
from chassis.settings.caching import CacheSettings
from chassis.settings.faults import SettingsError, all_faults
from chassis.settings.groups import (
    CorsSettings,
    DatabaseSettings,
    Group,
    IdempotencySettings,
    LogSettings,
    MetricsSettings,
    RateSettings,
    RedisSettings,
    ServerSettings,
    ServiceSettings,
    TracingSettings,
)
from chassis.settings.identity import Environment, Identity
from chassis.settings.names import group_of
from chassis.settings.outbound import OutboundSettings
from chassis.settings.showing import Discreet
from chassis.settings.sources import Strangers, leave_to_others, leave_to_validation
from chassis.settings.values import Switch

__all__ = ["Group", "Settings"]

SECRETS = Path("/run/secrets")
WELL_KNOWN_PASSWORDS = {"postgres", "password", "secret", "changeme", "admin"}


class Settings(Discreet, BaseSettings):
    """All settings; made once by `create_app`, which hands each part the group that it needs."""

    model_config = SettingsConfigDict(
        env_nested_delimiter="_",
        env_nested_max_split=1,
        env_file=".env",
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        use_attribute_docstrings=True,
    )

    environment: Environment = Environment.DEVELOPMENT
    """`development`, `test` or `production`; production refuses unsafe values."""
    service: ServiceSettings = Field(default_factory=lambda: ServiceSettings.model_validate({}))
    server: ServerSettings = ServerSettings()
    database: DatabaseSettings
    cors: CorsSettings = CorsSettings()
    idempotency: IdempotencySettings = IdempotencySettings()
    auth: AuthSettings = AuthSettings()
    rate: RateSettings = RateSettings()
    redis: RedisSettings = RedisSettings()
    outbound: OutboundSettings = OutboundSettings()
    cache: CacheSettings = CacheSettings()
    log: LogSettings = LogSettings()
    metrics: MetricsSettings = MetricsSettings()
    tracing: TracingSettings = TracingSettings()

    _strangers: list[str] = PrivateAttr(default_factory=list)

    @property
    def strangers(self) -> list[str]:
        """Names that are set, begin like a setting's, and are none."""
        return self._strangers

    @property
    def production(self) -> bool:
        return self.identity.production

    @property
    def identity(self) -> Identity:
        service = self.service
        return Identity(service.name, service.version, self.environment)

    @property
    def serves_docs(self) -> bool:
        return self._is_on(self.server.docs)

    @property
    def tells_health_details(self) -> bool:
        return self._is_on(self.server.health_details)

    @property
    def requires_migrations(self) -> bool:
        switch = self.database.require_migrations
        return self.production if switch == "auto" else switch

    def _is_on(self, switch: Switch) -> bool:
        return not self.production if switch == "auto" else switch

    @property
    def other_connections(self) -> int:
        """To the primary, of all processes of the service that do not serve, such as workers."""
        groups = (getattr(self, name) for name in type(self).model_fields)
        return sum(it.other_connections for it in groups if isinstance(it, Group))

    def contradictions(self) -> list[str]:
        """Sentences on values that do not go together."""
        statement, request = self.database.statement_timeout, self.server.request_timeout
        port = self.metrics.port
        checks = {
            f"METRICS_PORT={port} is SERVER_PORT too; leave it empty to serve both there": (
                self.metrics.enabled and bool(port) and port == self.server.port
            ),
            f"DATABASE_STATEMENT_TIMEOUT={statement:g} must be less than "
            f"SERVER_REQUEST_TIMEOUT={request:g}: a request that is given up in the middle of "
            "a statement costs its connection; lower the first or raise the second": (
                0 < request <= statement
            ),
        }
        return [sentence for sentence, found in checks.items() if found]

    def unsafe(self) -> list[str]:
        """Sentences on values that must not reach production."""
        database = self.database
        addresses = {
            "DATABASE_URL": [database],
            "DATABASE_REPLICA_URL": [database.replica] if database.replica else [],
            "DATABASE_EXTRA": list(database.named.values()),
        }
        checks = {
            f"{name}: the password is a well-known one; set another": any(map(_is_weak, found))
            for name, found in addresses.items()
        } | {
            "DATABASE_STATEMENT_TIMEOUT=0: a query could run for ever; set seconds, such as 10": (
                database.statement_timeout == 0
            ),
            "SERVER_TRUSTED_PROXIES=*: any client could forge its address; name your proxies": (
                "*" in self.server.trusted_proxies
            ),
            "DATABASE_ECHO=true: writes every statement to the log; use false": database.echo,
            "LOG_LEVEL=debug: writes SQL and internals to the log; use info": self.log.level
            == "debug",
        }
        if not self.production:
            return []
        found = [sentence for sentence, is_unsafe in checks.items() if is_unsafe]
        groups = (getattr(self, name) for name in type(self).model_fields)
        parts = (group.unsafe() for group in groups if isinstance(group, Group))
        return found + [sentence for sentences in parts for sentence in sentences]

    @model_validator(mode="wrap")
    @classmethod
    def _list_every_fault(cls, given: Any, validate: ModelWrapValidatorHandler[Self]) -> Self:
        fields = cls.model_fields.items()
        needed = [name for name, field in fields if group_of(field) and field.is_required()]
        values: dict[str, Any] = {name: {} for name in needed} | given
        found = Strangers.taken_from(values)
        settings, faults = all_faults(cls, values, validate)
        faults += [it.fault() for it in found if it.meant]
        if settings is not None:
            faults += settings.contradictions() + settings.unsafe()
        if settings is None or faults:
            raise SettingsError(faults)
        settings._strangers = [it.name for it in found]  # noqa: SLF001  its own class
        return settings

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        secret_files = NestedSecretsSettingsSource(
            file_secret_settings, secrets_dir=SECRETS, secrets_dir_missing="ok"
        )
        places = [
            (env_settings, ""),
            (dotenv_settings, " in .env"),
            (secret_files, f" in {SECRETS}"),
        ]
        named = [(it, place) for it, place in places if isinstance(it, EnvSettingsSource)]
        for source, _ in named:
            leave_to_others(source)
            leave_to_validation(source)
        strangers = Strangers(settings_cls, named)
        return init_settings, env_settings, dotenv_settings, secret_files, strangers


def _is_weak(database: DatabaseSettings) -> bool:
    address = database.address
    return str(address.password) in WELL_KNOWN_PASSWORDS | {address.username}
