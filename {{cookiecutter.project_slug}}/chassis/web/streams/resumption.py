"""Where a client left off: the ID of the last event that it has seen."""

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Header

Place = TypeVar("Place")


def last_event_id(place: Callable[[str], Place]) -> Any:
    """Where the client left off, as `place` reads it; None for who begins.

    Also for what is no such place: a browser sends back whatever it got, and would be refused for
    ever. In a route: `seen: Annotated[int | None, last_event_id(int)]`.
    """

    async def dependency(
        last_event_id: Annotated[str | None, Header()] = None,
    ) -> Place | None:
        try:
            return None if last_event_id is None else place(last_event_id)
        except ValueError:
            return None

    return Depends(dependency)
