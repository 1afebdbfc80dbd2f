"""Waits for a state that follows in its own time: soon on an idle machine, later on a busy one.

See also `until` in serving.py, for tests without an event loop.
"""

import asyncio
from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import Any, TypeVar, overload

from tests.support.serving import PATIENCE

Found = TypeVar("Found")
PAUSE = 0.02


@overload
async def eventually(
    look: Callable[[], Awaitable[Found]], wanted: Callable[[Found], object] = bool
) -> Found: ...
@overload
async def eventually(
    look: Callable[[], Found], wanted: Callable[[Found], object] = bool
) -> Found: ...
async def eventually(look: Callable[[], Any], wanted: Callable[[Any], object] = bool) -> Any:
    """What is found, once it is as wanted; fails with what was found last."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + PATIENCE
    while True:
        found = look()
        if isawaitable(found):
            found = await found
        if wanted(found):
            return found
        assert loop.time() < deadline, f"after {PATIENCE:g} s it is still {found!r}"
        await asyncio.sleep(PAUSE)
