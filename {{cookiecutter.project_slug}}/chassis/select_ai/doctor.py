"""What `python -m app doctor` says of Select AI."""

import asyncio
from typing import Protocol

from chassis.doctor.report import Finding, error, ok
from chassis.select_ai.settings import SelectAISettings
from chassis.settings.groups import ServerSettings

PATIENCE = 5.0
"""Seconds for the database to take a session."""


class Examined(Protocol):
    @property
    def select_ai(self) -> SelectAISettings: ...

    @property
    def server(self) -> ServerSettings: ...


async def select_ai(of: Examined) -> dict[str, Finding]:
    """Never raises for what the database or the network does."""
    settings, server = of.select_ai, of.server
    if not settings.is_used:
        return {}
    import oracledb  # noqa: PLC0415  there is a database to ask

    told = _sessions(settings, server)
    try:
        async with asyncio.timeout(PATIENCE):
            connection = await oracledb.connect_async(
                user=settings.user,
                password=settings.password.get_secret_value(),
                dsn=settings.dsn,
                tcp_connect_timeout=PATIENCE,
                **settings.connecting,
            )
            await connection.close()
    except TimeoutError:
        return {"select_ai": error(f"No session within {PATIENCE:g} s; {told}", CHANGE)}
    except (oracledb.Error, OSError) as failure:
        reason = str(failure).partition("\n")[0]
        return {"select_ai": error(f"{reason}; {told}", CHANGE)}
    return {"select_ai": ok(f"It takes sessions; {told}")}


CHANGE = (
    "Correct SELECT_AI_DSN, SELECT_AI_USER or SELECT_AI_PASSWORD, or let the network lead there."
)


def _sessions(settings: SelectAISettings, server: ServerSettings) -> str:
    processes = server.workers * server.replicas
    most = processes * settings.pool_max
    return (
        f"at most {most} of them: {processes} process(es) x SELECT_AI_POOL_MAX={settings.pool_max}"
    )
