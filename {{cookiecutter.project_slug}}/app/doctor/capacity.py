"""Whether the connections that the service may open fit into what the server grants."""

from app.database.budget import PROBE, Capacity, Demand, largest_pool
from app.doctor.facts import Facts
from app.doctor.report import Finding, count, error, ok, warning
from app.settings import Settings


def demand(settings: Settings) -> Demand:
    return Demand(
        pool=settings.database.pool_size + settings.database.max_overflow,
        processes=settings.server.workers * settings.server.replicas,
    )


def connections(settings: Settings, facts: Facts) -> Finding:
    wanted, capacity = demand(settings), facts.capacity
    message = (
        f"The service may open {_spelt_out(settings)}; the server has {capacity.max_connections}"
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
    if wanted.connections <= capacity.granted:
        return ""
    return (
        f"The service may open {_spelt_out(settings)}, the server grants {capacity.granted}. "
        f"{_shrink(wanted, capacity.granted)}; `python -m app doctor` says more."
    )


def _spelt_out(settings: Settings) -> str:
    database, server = settings.database, settings.server
    return (
        f"(pool {database.pool_size} + overflow {database.max_overflow} + {PROBE} for the probe)"
        f" x {count(server.workers, 'worker')} x {count(server.replicas, 'replica')}"
        f" = {count(demand(settings).connections, 'connection')}"
    )


def _shrink(wanted: Demand, room: int) -> str:
    pool = largest_pool(room, wanted.processes)
    if pool < 1:
        return "Run fewer workers or replicas"
    return f"Lower DATABASE_POOL_SIZE + DATABASE_MAX_OVERFLOW to {pool}"
