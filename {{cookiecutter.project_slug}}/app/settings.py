"""Every setting of the service; `DATABASE_POOL_SIZE` is the field `pool_size` of a group.

Read in this order, the first that has a value wins: arguments, environment, `.env`, files in
`/run/secrets` named like the variable. Wrong values are all listed at once, see `settings_faults`.
"""

import json
import re
import tomllib
from enum import StrEnum
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import quote, unquote

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    FilePath,
    ModelWrapValidatorHandler,
    SecretStr,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    NestedSecretsSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from app.settings_faults import SettingsError, all_faults

PROJECT_FILE = Path(__file__).parent.parent / "pyproject.toml"
SECRETS = Path("/run/secrets")


class Environment(StrEnum):
    DEVELOPMENT = "development"
    TEST = "test"
    PRODUCTION = "production"


def _split_list(value: object) -> object:
    if not isinstance(value, str):
        return value
    if value.strip().startswith("["):
        try:
            return json.loads(value)
        except ValueError:
            message = 'must be a JSON list, such as ["one", "two"]'
            raise ValueError(message) from None
    return [item.strip() for item in value.split(",") if item.strip()]


def _network(value: str) -> str:
    if value != "*":
        ip_network(value)
    return value


def _database_url(value: object) -> object:
    """Accept any libpq URL; characters such as `@` and `/` in the password need no encoding."""
    text = value.get_secret_value() if isinstance(value, SecretStr) else value
    if not isinstance(text, str):
        return value
    scheme, _, rest = text.partition("://")
    if scheme not in {"postgres", "postgresql", "postgresql+asyncpg"}:
        message = f"must start with postgresql://, not {scheme[:20]!r}"
        raise ValueError(message)
    location, mark, query = rest.partition("?")
    login, at, address = location.rpartition("@")
    user, colon, password = login.partition(":")
    encoded = quote(unquote(password), safe="")
    try:
        url = make_url(f"postgresql://{user}{colon}{encoded}{at}{address}{mark}{query}")
    except (ArgumentError, ValueError):
        message = "is not a URL; percent-encode special characters of user and password"
        raise ValueError(message) from None
    if not url.database:
        message = "names no database: postgresql://user:password@host:5432/database"
        raise ValueError(message)
    return SecretStr(url.render_as_string(hide_password=False))


List = Annotated[list[str], NoDecode, BeforeValidator(_split_list)]


def _origin(value: str) -> str:
    if value != "*" and not re.fullmatch(r"https?://[^/\s]+", value):
        message = f"{value!r} is no origin; write it as browsers do: https://shop.example"
        raise ValueError(message)
    return value


Seconds = Annotated[float, Field(gt=0, le=86_400)]


class _Group(BaseModel):
    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)


class ServiceSettings(_Group):
    """Who the service is."""

    name: str
    """Machine name, in logs and as `application_name`; by default of `pyproject.toml`."""
    title: str
    """Human name, the title of the API documentation; by default of `pyproject.toml`."""
    description: str
    """What the service is for; by default of `pyproject.toml`."""
    version: str
    """What is running; by default of `pyproject.toml`, a build may set a commit."""

    @model_validator(mode="before")
    @classmethod
    def _from_project_file(cls, given: dict[str, Any]) -> dict[str, Any]:
        pyproject = tomllib.loads(PROJECT_FILE.read_text(encoding="utf-8"))
        project = {key: pyproject["project"][key] for key in ("name", "description", "version")}
        return project | {"title": pyproject["tool"]["service"]["title"]} | given


class ServerSettings(_Group):
    """The HTTP server."""

    host: str = "127.0.0.1"
    """Address to listen on; `0.0.0.0` in a container."""
    port: int = Field(8000, ge=0, le=65_535)
    """Port to listen on; 0 takes a free one."""
    workers: int = Field(1, ge=1, le=256)
    """Processes. Each has a connection pool of its own."""
    replicas: int = Field(1, ge=1, le=10_000)
    """Copies of the service that share the database; only to count connections."""
    graceful_timeout: int = Field(20, ge=1, le=3_600)
    """Seconds that requests in progress get to finish after SIGTERM."""
    keep_alive: int = Field(75, ge=1, le=3_600)
    """Seconds an idle connection stays open; more than the load balancer keeps one."""
    trusted_proxies: Annotated[List, AfterValidator(lambda v: [_network(item) for item in v])] = [
        "127.0.0.1",
        "::1",
    ]
    """Addresses or networks (CIDR) whose `X-Forwarded-For` is believed."""
    max_body_bytes: int = Field(1_048_576, ge=1)
    """Largest request body; a larger one is answered with 413."""
    max_header_bytes: int = Field(32_768, ge=1_024)
    """Largest sum of all request headers; more is answered with 431."""


class DatabaseSettings(_Group):
    """PostgreSQL and the connection pool of each process."""

    url: Annotated[SecretStr, BeforeValidator(_database_url)]
    """`postgresql://user:password@host:5432/database`; any option of a libpq URL may follow."""
    password_file: FilePath | None = None
    """File that holds the password; read anew for each connection."""
    pool_size: int = Field(10, ge=1, le=1_000)
    """Connections kept open."""
    max_overflow: int = Field(0, ge=0, le=1_000)
    """Connections opened beyond the pool and closed on return; each costs many round trips."""
    pool_timeout: Seconds = 2.0
    """Seconds a request waits for a connection before it is answered with 503."""
    pool_recycle: Seconds = 1_800.0
    """Seconds after which a connection is replaced by a new one."""
    pool_lifo: bool = True
    """Whether the connection used last is taken first, so that idle ones can be recycled."""
    ping_after_idle: Annotated[
        Annotated[float, Field(ge=0, le=86_400)] | None,
        BeforeValidator(lambda v: None if v == "" else v),
    ] = 60.0
    """Seconds after which an idle connection is pinged before use; 0 is always, empty is never."""
    connect_timeout: Seconds = 3.0
    """Seconds to open a connection."""
    statement_timeout: float = Field(10.0, ge=0, le=86_400)
    """Seconds a statement may run before PostgreSQL cancels it; 0 is no limit."""
    lock_timeout: float = Field(3.0, ge=0, le=86_400)
    """Seconds a statement may wait for a lock; 0 is no limit."""
    idle_in_transaction_timeout: float = Field(30.0, ge=0, le=86_400)
    """Seconds a transaction may sit idle before PostgreSQL closes its connection; 0 is no limit."""

    @property
    def address(self) -> URL:
        return make_url(self.url.get_secret_value())


class CorsSettings(_Group):
    """Which browser origins may call the service."""

    origins: Annotated[List, AfterValidator(lambda v: [_origin(item) for item in v])] = []
    """Origins such as `https://shop.example`, as a JSON list; empty switches CORS off."""
    credentials: bool = False
    """Whether browsers may send cookies and authorization."""

    @model_validator(mode="after")
    def _wildcard_without_credentials(self) -> Self:
        if self.credentials and "*" in self.origins:
            message = (
                "CORS_ORIGINS=* cannot go with CORS_CREDENTIALS: every site could act as the user"
            )
            raise ValueError(message)
        return self


class LogSettings(_Group):
    """What is logged, and how."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    """Least severe level that is written."""
    format: Literal["auto", "json", "console"] = "auto"
    """`auto` is JSON in production, else text for a person."""


class Settings(BaseSettings):
    """All settings; made once by `create_app` and handed to whoever needs a part."""

    model_config = SettingsConfigDict(
        env_nested_delimiter="_",
        env_nested_max_split=1,
        env_file=".env",
        extra="ignore",
        frozen=True,
        use_attribute_docstrings=True,
    )

    environment: Environment = Environment.DEVELOPMENT
    """`development`, `test` or `production`; production refuses unsafe values."""
    service: ServiceSettings = Field(default_factory=lambda: ServiceSettings.model_validate({}))
    server: ServerSettings = ServerSettings()
    database: DatabaseSettings
    cors: CorsSettings = CorsSettings()
    log: LogSettings = LogSettings()

    @property
    def production(self) -> bool:
        return self.environment is Environment.PRODUCTION

    def unsafe(self) -> list[str]:
        """Sentences on values that must not reach production."""
        password = self.database.address.password
        weak = {
            "postgres",
            "password",
            "secret",
            "changeme",
            "admin",
            self.database.address.username,
        }
        checks = {
            "DATABASE_URL: the password is a well-known one; set another": str(password) in weak,
            "DATABASE_STATEMENT_TIMEOUT=0: a query could run for ever; set seconds, such as 10": (
                self.database.statement_timeout == 0
            ),
            "SERVER_TRUSTED_PROXIES=*: any client could forge its address; name your proxies": (
                "*" in self.server.trusted_proxies
            ),
            "LOG_LEVEL=debug: writes SQL and internals to the log; use info": self.log.level
            == "debug",
        }
        return [sentence for sentence, found in checks.items() if found] if self.production else []

    @model_validator(mode="wrap")
    @classmethod
    def _list_every_fault(cls, given: Any, validate: ModelWrapValidatorHandler[Self]) -> Self:
        settings, faults = all_faults({"database": {}} | given, validate)
        faults += settings.unsafe()
        if faults:
            raise SettingsError(faults)
        return settings

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003  signature of pydantic-settings
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        secret_files = NestedSecretsSettingsSource(
            file_secret_settings, secrets_dir=SECRETS, secrets_dir_missing="ok"
        )
        sources = (init_settings, env_settings, dotenv_settings, secret_files)
        for source in sources:
            if isinstance(source, EnvSettingsSource):
                _drop_groups(source)
        return sources


def _drop_groups(source: EnvSettingsSource) -> None:
    """Leave `LOG=...` and `DATABASE=...` to other programs: ours are named group and field."""
    groups = {
        name
        for name, field in source.settings_cls.model_fields.items()
        if field.annotation in _Group.__subclasses__()
    }
    source.env_vars = {name: value for name, value in source.env_vars.items() if name not in groups}
