"""Whether the connections that the service may open fit into what the server grants."""

from sqlalchemy import URL

from chassis.doctor.budget import PROBE, Capacity, Demand
from chassis.doctor.facts import Facts
from chassis.doctor.report import Finding, count, error, ok, warning
from chassis.settings import Settings


def demand(settings: Settings, server: URL | None = None) -> Demand:
    """Of every database of the service on one server, by default the primary's."""
    database = settings.database
    place = _place(server or database.address)
    watching = [database.replica] if database.replica else []
    pools = [database, *watching, *database.named.values()]
    here = [it for it in pools if _place(it.address) == place]
    is_primary = _place(database.address) == place
    to_primary = len(watching) if is_primary else 0
    return Demand(
        pool=database.pool_size + database.max_overflow,
        processes=settings.server.workers * settings.server.replicas,
        pools=len(here),
        beside=len(here) * PROBE + to_primary,  # who watches the replica asks the primary too
        others=settings.other_connections if is_primary else 0,
    )


def _place(address: URL) -> tuple[str | None, int]:
    return address.host, address.port or 5432


def connections(settings: Settings, facts: Facts) -> Finding:
    return fitting(settings, demand(settings), facts.capacity)


def fitting(settings: Settings, wanted: Demand, capacity: Capacity) -> Finding:
    told = f"The service may open {_spelt_out(settings, wanted)}"
    if settings.database.pgbouncer:
        return ok(f"{told} to PgBouncer: its max_client_conn must allow them")
    message = (
        f"{told}; the server has {capacity.max_connections}"
        f" - {capacity.reserved} reserved = {capacity.usable}, of which others use"
        f" {capacity.others} now"
    )
    if wanted.connections > capacity.usable:
        raised = f"raise max_connections to {wanted.connections + capacity.reserved}"
        return error(message, f"{_shrink(wanted, capacity.usable)}, or {raised}.")
    if wanted.connections > (free := capacity.usable - capacity.others):
        raised = f"raise max_connections by {wanted.connections - free}"
        return warning(message, f"{_shrink(wanted, free)}, or {raised}.")
    return ok(message)


def limits(settings: Settings, facts: Facts) -> Finding:
    wanted, capacity = demand(settings), facts.capacity
    found = {"role": capacity.role_limit, "database": capacity.database_limit}
    limited = {name: limit for name, limit in found.items() if limit is not None}
    if settings.database.pgbouncer:
        return ok("Connections to the server are PgBouncer's own")
    if not limited:
        return ok("Neither the role nor the database limits connections")
    told = " and ".join(f"the {name} may have {limit}" for name, limit in limited.items())
    message = f"Of the {wanted.connections} connections of the service, {told}"
    if wanted.connections <= min(limited.values()):
        return ok(message)
    change = f"raise CONNECTION LIMIT to {wanted.connections}"
    return error(message, f"{_shrink(wanted, min(limited.values()))}, or {change}.")


def too_little(settings: Settings, capacity: Capacity) -> str:
    """What to say at start; nothing when the budget fits."""
    wanted = demand(settings)
    if settings.database.pgbouncer or wanted.connections <= capacity.granted:
        return ""
    return (
        f"The service may open {_spelt_out(settings, wanted)},"
        f" the server grants {capacity.granted}. "
        f"{_shrink(wanted, capacity.granted)}; `python -m app doctor` says more."
    )


def none_left(settings: Settings) -> str:
    """The same where the server does not even let us ask."""
    return (
        f"The service may open {_spelt_out(settings, demand(settings))}, and the server grants no"
        " more already. Lower DATABASE_POOL_SIZE + DATABASE_MAX_OVERFLOW;"
        " `python -m app doctor` says more."
    )


def _spelt_out(settings: Settings, wanted: Demand) -> str:
    database, server = settings.database, settings.server
    pool = f"pool {database.pool_size} + overflow {database.max_overflow}"
    return (
        f"({wanted.spelt_out(pool)})"
        f" x {count(server.workers, 'worker')} x {count(server.replicas, 'replica')}"
        f"{f' + {wanted.others} for jobs' if wanted.others else ''}"
        f" = {count(wanted.connections, 'connection')}"
    )


def _shrink(wanted: Demand, room: int) -> str:
    pool = wanted.largest_pool(room)
    if pool < 1:
        return "Run fewer workers or replicas"
    return f"Lower DATABASE_POOL_SIZE + DATABASE_MAX_OVERFLOW to {pool}"
