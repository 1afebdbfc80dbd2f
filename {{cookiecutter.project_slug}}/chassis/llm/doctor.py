"""What `python -m app doctor` says of language models; none is asked anything."""

import asyncio
from typing import Protocol, cast

from chassis.database.connections.line import FAILURES
from chassis.doctor.facts import PATIENCE, connected
from chassis.doctor.report import Finding, ok, skipped, warning
from chassis.doctor.upstreams import reached
from chassis.llm.settings import LLMSettings
from chassis.llm.vectors import CHANGE, MISSING, VERSION
from chassis.settings import Settings

OLDEST = (0, 8)
"""The first pgvector whose indexes are searched until enough rows pass a filter."""


class Examined(Protocol):
    @property
    def llm(self) -> LLMSettings: ...


async def llm(of: Examined) -> dict[str, Finding]:
    """Never raises for what the servers or the network do."""
    settings = of.llm
    if not settings.is_used:
        return {}
    named = {
        "LLM_BASE_URL": settings.base_url,
        "LLM_FALLBACK_BASE_URL": settings.fallback_base_url,
    }
    found = {
        f"model of {variable}": await reached(url, settings.connect_timeout, variable)
        for variable, url in named.items()
        if url
    }
    return {**found, "vectors": await _vectors(cast("Settings", of))}


async def _vectors(settings: Settings) -> Finding:
    try:
        async with asyncio.timeout(PATIENCE), connected(settings) as connection:
            version = await connection.fetchval(VERSION)
    except FAILURES:
        return skipped("Needs a connection")
    if version is None:
        return warning(f"{MISSING}: searches by likeness are answered with 501", f"{CHANGE}.")
    if tuple(int(it) for it in version.split(".")[:2]) < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        message = f"pgvector {version} is older than {oldest}: an index with a filter misses rows"
        return warning(message, "Update it; until then make no index on vectors.")
    return ok(f"pgvector {version} compares them")
