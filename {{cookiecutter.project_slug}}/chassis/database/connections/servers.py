"""Which of several servers is connected to: as libpq chooses, and each has the whole timeout.

asyncpg takes several too, with one timeout for all: a first one whose machine is gone uses it up.
"""

from collections.abc import Awaitable, Callable, Iterator

import asyncpg
from asyncpg.exceptions import TargetServerAttributeNotMatched
from sqlalchemy import make_url

from chassis.database.connections.pgbouncer import Connection
from chassis.settings.groups import DatabaseSettings

Connect = Callable[..., Awaitable[Connection]]

NEXT = (OSError, asyncpg.CannotConnectNowError, TargetServerAttributeNotMatched)
"""What lets it try the next one; whoever refuses the login has the last word."""
UNFIT = "it is not what target_session_attrs asks for"


async def first_fit(settings: DatabaseSettings, connect: Connect) -> Connection:
    """`connect` takes what asyncpg's own does. Raises ClientCannotConnectError (08001)."""
    reasons: dict[str, str] = {}
    for wish in _wishes(settings):
        for host, port in settings.servers:
            try:
                return await connect(host=host, port=port, target_session_attrs=wish)
            except NEXT as error:
                reasons[f"{host}:{port}"] = _reason(error)
    told = "; ".join(f"{server}: {reason}" for server, reason in reasons.items())
    message = f"cannot connect to any server: {told}"
    raise asyncpg.ClientCannotConnectError(message)


def _wishes(settings: DatabaseSettings) -> Iterator[str | None]:
    """Each is asked of all servers, until one is met; None is for asyncpg to know."""
    if (
        make_url(settings.url.get_secret_value()).query.get("target_session_attrs")
        == "prefer-standby"
    ):
        yield from ("standby", "any")
    else:
        yield None


def _reason(error: Exception) -> str:
    if isinstance(error, TargetServerAttributeNotMatched):
        return UNFIT
    return f"{type(error).__name__}: {error}".rstrip(": ")
