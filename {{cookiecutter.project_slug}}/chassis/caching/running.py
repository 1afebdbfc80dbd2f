"""Which caches are in use: those of the application that runs in this event loop."""

import asyncio
from collections.abc import Sequence

from chassis.caching.caches import Caches

_running: dict[asyncio.AbstractEventLoop, list[Caches]] = {}


def every() -> Sequence[Caches]:
    return _running.get(asyncio.get_running_loop(), ())


def only() -> Caches | None:
    """None without any, as in a script, and of several: no value could be another's by mistake."""
    found = _running.get(asyncio.get_running_loop())
    return found[0] if found is not None and len(found) == 1 else None


def begin(caches: Caches) -> None:
    _running.setdefault(asyncio.get_running_loop(), []).append(caches)


def end(caches: Caches) -> None:
    loop = asyncio.get_running_loop()
    _running[loop].remove(caches)
    if not _running[loop]:
        del _running[loop]
