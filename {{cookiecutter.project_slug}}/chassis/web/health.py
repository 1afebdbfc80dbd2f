"""Health for three readers: the process supervisor, the load balancer, and a person."""

import asyncio
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar, cast

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.pool import Pool, QueuePool

from chassis.auth.guards import public
from chassis.database.availability.probe import Probe
from chassis.database.availability.replica import Replica
from chassis.database.migrations.standing import Standing
from chassis.database.named import NamedDatabase
from chassis.web.openapi import Tag
from chassis.web.part_health import Last, parts_of
from chassis.web.serving.drain import CurrentDrain
from chassis.web.types import Output
from chassis.web.upstream_health import UpstreamHealth, upstreams_health

if TYPE_CHECKING:
    from chassis.caching.redis_probe import RedisProbe

router = APIRouter(tags=[Tag("health", "Whether it works: for supervisors, balancers, people.")])

Status = Literal["ok", "unavailable", "draining"]


class Health(Output):
    status: Status


class DatabaseHealth(Health):
    latency_ms: float | None
    """Milliseconds of the last round trip that succeeded."""
    server_version: str | None
    pool_size: int
    """Connections the pool keeps."""
    pool_open: int
    """Connections open now."""
    pool_checked_out: int
    """Connections in use now."""
    pool_overflow: int
    """Connections open beyond the pool's size."""


class ReplicaHealth(DatabaseHealth):
    """Unavailable says that reads go to the primary: it is away, or too far behind."""

    lag_seconds: float | None
    """Seconds that it is behind the primary."""


class RedisHealth(Health):
    """Unavailable says that the service does without: values are loaded, requests uncounted."""

    latency_ms: float | None
    """Milliseconds of the last answer."""


class PartHealth(Health):
    """Of what a part asks, by the last call that there was: none is made for this."""

    last_call: str | None
    """How it ended; null before the first."""
    seconds_ago: float | None


class FullHealth(Health):
    service: str
    version: str
    environment: str
    pending_migrations: int | None
    """Migrations of its code that its database lacks; null when that is not known."""
    uptime_seconds: float
    dependencies: dict[str, DatabaseHealth | ReplicaHealth | RedisHealth | PartHealth]
    upstreams: dict[str, UpstreamHealth]
    """Other services, by the calls that there were: none is made for this."""


Answer = TypeVar("Answer", bound=Health)


async def _probe(request: Request) -> Probe:
    probe: Probe = request.app.state["probe"]
    return probe


async def _standing(request: Request) -> Standing:
    standing: Standing = request.app.state["migrations"]
    return standing


CurrentProbe = Annotated[Probe, Depends(_probe)]
CurrentStanding = Annotated[Standing, Depends(_standing)]


@router.get("/health/live")
@public
async def get_liveness() -> Health:
    """Whether the process answers. Touches nothing else: a restart mends no database."""
    return Health(status="ok")


@router.get("/health/ready", responses={503: {"model": Health, "description": "Not ready"}})
@public
async def get_readiness(
    request: Request,
    probe: CurrentProbe,
    migrations: CurrentStanding,
    drain: CurrentDrain,
    response: Response,
) -> Health:
    """Whether to send requests here: of the databases, the service's own primary decides."""
    available, warm = await probe.check(), request.app.state["warm_up"].done
    migrated = available and await migrations.suffice()
    status = "draining" if drain.is_set() else _status(available and migrated and warm)
    starting = available and migrated and not warm
    return _answer(Health(status=status), request, response, starting=starting)


@router.get("/health", responses={503: {"model": FullHealth, "description": "Not ready"}})
@public
async def get_health(
    request: Request,
    probe: CurrentProbe,
    migrations: CurrentStanding,
    drain: CurrentDrain,
    response: Response,
) -> FullHealth | Health:
    """Everything the service depends on; its status is that of its own primary.

    The status alone, unless SERVER_HEALTH_DETAILS is on: it is off in production.
    """
    state = request.app.state
    answers = await probe.check()
    available = answers and await migrations.suffice()
    status: Status = "draining" if drain.is_set() else _status(available)
    if not state.settings.tells_health_details:
        return _answer(Health(status=status), request, response)
    return _answer(
        FullHealth(
            status=status,
            service=state.settings.service.name,
            version=state.settings.service.version,
            environment=state.settings.environment,
            pending_migrations=migrations.pending,
            uptime_seconds=round(time.monotonic() - state.started, 1),
            dependencies={
                "database": _database(_status(answers), probe, state.database.engine.pool),
                **_replica(state.database.replica),
                **await _named(state.named),
                **await _redis(state.redis),
                **{name: _part(last) for name, last in parts_of(state)},
            },
            upstreams=upstreams_health(state),
        ),
        request,
        response,
    )


def _status(available: bool) -> Status:  # noqa: FBT001  this function is what gives the flag a name
    return "ok" if available else "unavailable"


def _answer(
    answer: Answer, request: Request, response: Response, *, starting: bool = False
) -> Answer:
    if answer.status != "ok":
        response.status_code = 503
    # In an ordinary start and end, so the log has no error.
    request.state.expected = starting or answer.status == "draining"
    return answer


def _replica(replica: Replica | None) -> dict[str, ReplicaHealth]:
    if replica is None:
        return {}
    lag = None if replica.lag is None else round(replica.lag, 1)
    found = _database(_status(replica.fit), replica, replica.engine.pool)
    return {"replica": ReplicaHealth(**found.model_dump(), lag_seconds=lag)}


async def _named(databases: Mapping[str, NamedDatabase]) -> dict[str, DatabaseHealth]:
    async with asyncio.TaskGroup() as group:
        asked = {name: group.create_task(it.probe.check()) for name, it in databases.items()}
    return {
        name: _database(_status(asked[name].result()), it.probe, it.database.engine.pool)
        for name, it in databases.items()
    }


async def _redis(servers: Mapping[str, "RedisProbe"]) -> dict[str, RedisHealth]:
    return {
        name: RedisHealth(status=_status(await it.check()), latency_ms=_milliseconds(it.latency))
        for name, it in servers.items()
    }


def _milliseconds(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * 1000, 2)


def _database(status: Status, asked: Probe | Replica, pool: Pool) -> DatabaseHealth:
    pool = cast("QueuePool", pool)
    return DatabaseHealth(
        status=status,
        latency_ms=_milliseconds(asked.latency),
        server_version=asked.server_version,
        pool_size=pool.size(),
        pool_open=pool.checkedin() + pool.checkedout(),
        pool_checked_out=pool.checkedout(),
        pool_overflow=max(pool.overflow(), 0),
    )


def _part(last: Last | None) -> PartHealth:
    if last is None:
        return PartHealth(status="ok", last_call=None, seconds_ago=None)
    ago = round(time.monotonic() - last.at, 1)
    return PartHealth(status=_status(last.is_fine), last_call=last.end, seconds_ago=ago)
