"""Pages of a list over HTTP: bounded, linked, and free of gaps (`database/paging/keyset.py`)."""

from typing import Annotated, Any, Generic, TypeVar
from urllib.parse import quote, urlencode

from fastapi import Request, Response
from pydantic import AfterValidator, Field

from chassis.database.paging.cursors import CURSOR_PATTERN, LONGEST_CURSOR
from chassis.database.paging.keyset import Page
from chassis.web.types import Input, Output

Item = TypeVar("Item", bound=Output)

MAX_LIMIT = 200
A_CURSOR = "WyJpZCIsMSwyXQ"


def _not_too_long(cursor: str) -> str:
    if len(cursor) > LONGEST_CURSOR:
        message = f"String should have at most {LONGEST_CURSOR} characters"
        raise ValueError(message)
    return cursor


# The length is no part of the schema: that many letters of any alphabet are too long for a URL.
Cursor = Annotated[
    str, Field(pattern=CURSOR_PATTERN, examples=[A_CURSOR]), AfterValidator(_not_too_long)
]


class PageQuery(Input):
    """The query parameters of a list; a feature adds its filters and narrows `sort`."""

    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT)] = 50
    """How many at most."""
    cursor: Cursor | None = None
    """Where the last page ended: its `next_cursor`."""


class PageOf(Output, Generic[Item]):
    """One page; the `Link` header names the next one as well (RFC 8288)."""

    items: list[Item]
    next_cursor: Annotated[str, Field(examples=[A_CURSOR])] | None
    """Ask with this `cursor` for the next page; null at the end."""


def link_next(page: Page[Any], request: Request, response: Response) -> None:
    """The link is relative, so that no `Host` header and no proxy can make it wrong."""
    if page.next_cursor is not None:
        path = quote(request.scope["path"])
        asked = [it for it in request.query_params.multi_items() if it[0] != "cursor"]
        query = urlencode([*asked, ("cursor", page.next_cursor)])
        response.headers["Link"] = f'<{path}?{query}>; rel="next"'
