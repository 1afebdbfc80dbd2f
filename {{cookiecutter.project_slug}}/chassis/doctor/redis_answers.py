"""Each Redis that a setting names: whether it answers, and what it throws away."""

from typing import TYPE_CHECKING

from chassis.caching.redis_servers import VARIABLES, redis_probes
from chassis.doctor.report import Finding, error, ok, warning
from chassis.settings import Settings

if TYPE_CHECKING:
    from chassis.caching.redis_probe import RedisProbe

PATIENCE = 3.0


async def redis_answers(settings: Settings) -> dict[str, Finding]:
    """By the name that health uses too. Never raises for what a server or the network does."""
    cache = settings.cache.model_copy(update={"timeout": PATIENCE})
    patient = settings.model_copy(update={"cache": cache})
    async with redis_probes(patient) as probes:
        return {name: await _examine(settings, name, probe) for name, probe in probes.items()}


async def _examine(settings: Settings, name: str, probe: "RedisProbe") -> Finding:
    from chassis.caching.redis_probe import FAILURES  # noqa: PLC0415  there is one

    try:
        await probe.ping()
        eviction = await probe.eviction() or "noeviction"
    except FAILURES as failure:
        found = f"The Redis of {VARIABLES[name]} does not answer: {type(failure).__name__}"
        return error(found, f"Start it, or correct {VARIABLES[name]}; the service does without.")
    shares = settings.cache.enabled and settings.cache.redis_url is None
    if name == "redis" and settings.rate.limit_enabled and shares and _takes_any(eviction):
        found = f"When Redis is full ({eviction}), values of caches push out counts of rate limits"
        return warning(found, "Give the caches a Redis of their own, in CACHE_REDIS_URL.")
    return ok(f"Redis answers in {(probe.latency or 0) * 1000:.2f} ms; when full, {eviction}")


def _takes_any(eviction: str) -> bool:
    """All that we keep there ends by itself, which `volatile-...` looks for."""
    return eviction != "noeviction"
