"""Advice on the size of the pool for a load, with the arithmetic that leads to it."""

import math
from dataclasses import replace

from chassis.doctor.budget import BUSIEST, Capacity, Demand, Load, Share
from chassis.doctor.capacity import demand
from chassis.doctor.report import count
from chassis.settings import Settings


def advise(settings: Settings, load: Load, capacity: Capacity | None) -> list[str]:
    """`capacity` is None when the server could not be asked."""
    processes = settings.server.workers * settings.server.replicas
    each = Share(load.busy / processes)
    rate, seconds = _number(load.requests_per_second), _number(load.seconds)
    milliseconds = _number(load.seconds * 1000)
    rows = {
        "busy": f"{rate} requests/s x {seconds} s = {_number(load.busy)} connections in use"
        " on average (Little's law)",
        "per process": f"{_number(load.busy)} / {_processes(settings)} = {_number(each.busy)}",
        "headroom": f"the larger of {_headroom(each)}, rounded up: {each.pool}",
        "settings": _compared(settings, each.pool),
        "server": _fitting(replace(demand(settings), pool=each.pool), capacity),
    }
    first = f"Advice for {rate} requests/s that hold a connection for {milliseconds} ms each:"
    return [first, *(f"  {name:<12} {row}" for name, row in rows.items())]


def _processes(settings: Settings) -> str:
    server = settings.server
    return f"({count(server.workers, 'worker')} x {count(server.replicas, 'replica')})"


def _headroom(each: Share) -> str:
    busy = _number(each.busy)
    return (
        f"{busy} / {BUSIEST} = {_number(each.by_share)}"
        f" and {busy} + 2 x sqrt({busy}) = {_number(each.by_variation)}"
    )


def _compared(settings: Settings, pool: int) -> str:
    size, overflow = settings.database.pool_size, settings.database.max_overflow
    told = f"DATABASE_POOL_SIZE={size} + DATABASE_MAX_OVERFLOW={overflow}"
    if size >= pool:
        return f"{told}: enough"
    if size + overflow >= pool:
        return (
            f"{told}: enough, at the price of new connections; DATABASE_POOL_SIZE={pool} has none"
        )
    return f"{told}: too little, set DATABASE_POOL_SIZE={pool}"


def _fitting(wanted: Demand, capacity: Capacity | None) -> str:
    each = wanted.spelt_out(str(wanted.pool))
    others = f" + {wanted.others} for jobs" if wanted.others else ""
    needed = f"({each}) x {wanted.processes}{others} = {wanted.connections}"
    if capacity is None:
        return f"{needed}; how many it grants is not known"
    free = max(0, min(capacity.granted, capacity.usable - capacity.others))
    verdict = "it fits" if wanted.connections <= free else f"{wanted.connections - free} too many"
    return f"{needed} of {count(free, 'connection')} that it grants beside others: {verdict}"


def _number(value: float) -> str:
    """Three digits that matter, all of a large integer part, no zeros at the end."""
    digits = max(0, 2 - math.floor(math.log10(abs(value)))) if value else 0
    text = f"{value:.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
