"""The settings in their groups; each field's docstring is its line in the README."""

from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    FilePath,
    model_validator,
)
from sqlalchemy import URL, make_url

from chassis.settings.database_servers import Server, servers_of, told
from chassis.settings.database_urls import DatabaseURL, NamedDatabases, OptionalDatabaseURL
from chassis.settings.places import RootPath
from chassis.settings.project import PROJECT, said_by
from chassis.settings.showing import Discreet
from chassis.settings.values import (
    CollectorURL,
    Hosts,
    Networks,
    Origins,
    PasswordProvider,
    Rate,
    RedisURL,
    Seconds,
    SecondsOrNever,
    Switch,
)


class Group(Discreet, BaseModel):
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True)

    @property
    def other_connections(self) -> int:
        """To the primary, of processes that this group is about and that do not serve."""
        return 0

    def unsafe(self) -> list[str]:
        """Sentences on values that must not reach production."""
        return []


class ServiceSettings(Group):
    """Who the service is."""

    name: str
    """Machine name, in logs and as `application_name`; by default of `pyproject.toml`."""
    title: str
    """Human name, the title of the API documentation; by default of `pyproject.toml`."""
    description: str
    """What the service is for; by default of `pyproject.toml`."""
    version: str
    """What is running; by default of `pyproject.toml`, a build may set a commit."""
    contact: str
    """Who looks after it, for the API documentation; by default of `pyproject.toml`."""

    @model_validator(mode="before")
    @classmethod
    def _from_project_file(cls, given: dict[str, Any]) -> dict[str, Any]:
        return said_by(PROJECT) | given


class ServerSettings(Group):
    """The HTTP server."""

    host: str = "127.0.0.1"
    """Address to listen on; `0.0.0.0` in a container, `::` for IPv4 and IPv6."""
    port: int = Field(8000, ge=0, le=65_535)
    """Port to listen on; 0 takes a free one."""
    workers: int = Field(1, ge=1, le=256)
    """Processes. Each has a connection pool of its own."""
    root_path: RootPath = ""
    """Path below which a proxy serves it, such as `/shop`, whether it strips that or keeps it."""
    replicas: int = Field(1, ge=1, le=10_000)
    """Copies of the service that share the database; only to count connections."""
    drain_seconds: SecondsOrNever = 5.0
    """Seconds after SIGTERM in which it serves but is not ready, so that balancers notice."""
    graceful_timeout: int = Field(20, ge=1, le=3_600)
    """Seconds that requests in progress then get to finish; what is left is cut off."""
    request_timeout: SecondsOrNever = 30.0
    """Seconds until a request that has no response yet is answered with 504; 0 is no limit."""
    header_timeout: SecondsOrNever = 20.0
    """Seconds a client may take to send the headers of a request; 0 is no limit."""
    keep_alive: int = Field(75, ge=1, le=3_600)
    """Seconds an idle connection stays open; more than the load balancer keeps one."""
    trusted_proxies: Networks = ["127.0.0.1", "::1"]
    """Addresses or networks (CIDR) whose `X-Forwarded-For` is believed."""
    trusted_hosts: Hosts = ["*"]
    """Values of `Host` that are answered, such as `*.shop.example`; `*` is any."""
    max_body_bytes: int = Field(1_048_576, ge=1)
    """Largest request body; a larger one is answered with 413."""
    max_header_bytes: int = Field(32_768, ge=1_024)
    """Largest sum of all request headers; more is answered with 431."""
    docs: Switch = "auto"
    """Whether `/docs` and `/openapi.json` are served; `auto` is everywhere but in production."""
    health_details: Switch = "auto"
    """Whether `/health` tells versions and pools, not its status alone; `auto` as SERVER_DOCS."""


class DatabaseSettings(Group):
    """PostgreSQL and the connection pool of each process."""

    url: DatabaseURL
    """`postgresql://user:password@host:5432/database`; hosts may be `db1:5432,db2:5432`."""
    password_file: FilePath | None = None
    """File that holds the password; read anew for each connection, the replica's too."""
    password_provider: PasswordProvider | None = None
    """`module:function`, async, that returns the password; asked for each connection."""
    pgbouncer: bool = False
    """Whether PgBouncer stands between, in transaction mode."""
    replica_url: OptionalDatabaseURL = None
    """A streaming replica, for reads; empty is none."""
    replica_max_lag: float = Field(5.0, gt=0, le=3_600)
    """Seconds that the replica may be behind before reads go to the primary."""
    extra: NamedDatabases = {}
    """Other databases, as a JSON object: `{"analytics": "postgresql://..."}`."""
    warm_up: int = Field(2, ge=0, le=1_000)
    """Connections opened before the service says that it is ready; at most the pool's size."""
    require_migrations: Switch = "auto"
    """Whether it is ready only with every migration of its code; `auto` is in production alone."""
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
        SecondsOrNever | None,
        BeforeValidator(lambda v: None if v == "" else v),
    ] = 60.0
    """Seconds after which an idle connection is pinged before use; 0 is always, empty is never."""
    connect_timeout: Seconds = 3.0
    """Seconds to open a connection."""
    statement_timeout: SecondsOrNever = 10.0
    """Seconds a statement may run before PostgreSQL cancels it; 0 is no limit."""
    lock_timeout: SecondsOrNever = 3.0
    """Seconds a statement may wait for a lock; 0 is no limit."""
    idle_in_transaction_timeout: SecondsOrNever = 30.0
    """Seconds a transaction may sit idle before PostgreSQL closes its connection; 0 is no limit."""
    echo: bool = False
    """Whether every statement goes to the log; for development."""

    @model_validator(mode="after")
    def _one_source_of_the_password(self) -> Self:
        if self.password_file and self.password_provider:
            message = "DATABASE_PASSWORD_FILE and DATABASE_PASSWORD_PROVIDER: set one of them"
            raise ValueError(message)
        return self

    @property
    def address(self) -> URL:
        """To be told and compared, not to connect to: see `told`."""
        return told(make_url(self.url.get_secret_value()))

    @property
    def servers(self) -> list[Server]:
        """Where the address names several."""
        return servers_of(make_url(self.url.get_secret_value()))

    @property
    def warm_connections(self) -> int:
        return min(self.warm_up, self.pool_size)

    @property
    def replica(self) -> Self | None:
        """Settings of the replica: another address, and all else the same."""
        if self.replica_url is None:
            return None
        return self.model_copy(update={"url": self.replica_url})

    @property
    def named(self) -> dict[str, Self]:
        """Settings of each named database; its password is in its URL."""
        return {
            name: self.model_copy(
                update={"url": url, "password_file": None, "password_provider": None}
            )
            for name, url in self.extra.items()
        }


class CorsSettings(Group):
    """Which browser origins may call the service."""

    origins: Origins = []
    """Origins as browsers send them: `https://shop.example`; a list, empty switches CORS off."""
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


class IdempotencySettings(Group):
    """Requests that a client may send again: `Idempotency-Key`."""

    ttl: int = Field(86_400, ge=1, le=31_536_000)
    """Seconds for which an answer is kept; a key that comes later is a new one."""


class RateSettings(Group):
    """How often a client may ask."""

    limit_enabled: bool = False
    """Whether requests are counted, and too many answered with 429."""
    limit_default: Rate = "100/minute"
    """Requests of one caller, else of one address, on all routes without a limit of their own."""


class RedisSettings(Group):
    """What processes share besides the database."""

    url: Annotated[RedisURL | None, BeforeValidator(lambda v: v or None)] = None
    """`redis://:password@host:6379/0`, for rate limits and caches; else processes share none."""


class LogSettings(Group):
    """What is logged, and how."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    """Least severe level that is written."""
    format: Literal["auto", "json", "console"] = "auto"
    """`auto` is JSON in production, else text for a person."""


class MetricsSettings(Group):
    """What is counted for Prometheus, and where it is read."""

    enabled: bool = False
    """Whether requests, pools and statements are counted for Prometheus."""
    port: Annotated[
        int | None, Field(ge=0, le=65_535), BeforeValidator(lambda v: None if v == "" else v)
    ] = 9_090
    """Port of their own for `/metrics`; 0 takes a free one, empty is the service's, for all."""


class TracingSettings(Group):
    """Where spans go. Trace and span ids are on the log lines whatever is set here."""

    endpoint: CollectorURL = None
    """OTLP collector, such as `http://collector:4318`; needs the extra `otel`. Empty sends none."""
    sample_ratio: float = Field(1.0, ge=0, le=1)
    """Share of new traces that are sent; a caller's decision on its own trace is kept."""

    @property
    def spans_endpoint(self) -> str:
        endpoint = self.endpoint.get_secret_value() if self.endpoint else ""
        return f"{endpoint.rstrip('/').removesuffix('/v1/traces')}/v1/traces"
