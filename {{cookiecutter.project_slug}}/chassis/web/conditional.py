"""Conditional requests (RFC 9110, section 13): the entity tag of a row is its `version`."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

from fastapi import Request, Response
from sqlalchemy.orm.exc import StaleDataError

from chassis.database.versions import version_attribute
from chassis.problems import PreconditionFailed


class Versioned(Protocol):
    """A row whose mapper counts its versions (`version_id_col`), as that of an entity does."""

    @property
    def version(self) -> int: ...


Row = TypeVar("Row", bound=Versioned)
CREATED = 201
TAG = {
    "description": "The version, for `If-Match` and `If-None-Match`.",
    "schema": {"type": "string"},
}
LOCATION = {"description": "Where it is.", "schema": {"type": "string", "format": "uri-reference"}}


def tagged(entity: Row, response: Response) -> Row:
    """Answer with the headers of `tag`."""
    response.headers.update(tag(entity))
    return entity


def tag(entity: Versioned) -> dict[str, str]:
    """The `ETag`; who keeps the answer must ask again before each use."""
    return {"ETag": _version_of(entity), "Cache-Control": "no-cache"}


def not_modified(entity: Versioned, request: Request) -> Response | None:
    """For a read: 304 when the client has this version already; nothing is rendered then.

    Raises PreconditionFailed, as every method must.
    """
    _check_match(entity, request)
    if not _names(entity, request.headers.getlist("If-None-Match"), weakly=True):
        return None
    return Response(status_code=304, headers=tag(entity))


@contextmanager
def matching(entity: Versioned, request: Request) -> Iterator[None]:
    """For a change: refused when the client has another version in mind, or wants none to exist.

    Read the row in the transaction that changes it, and flush inside the block: a change by someone
    else in between is found by the UPDATE, and is a failed precondition too.
    """
    conditional = _check_match(entity, request)
    if _names(entity, request.headers.getlist("If-None-Match"), weakly=True):
        raise PreconditionFailed
    try:
        yield
    except StaleDataError as error:
        if conditional:
            raise PreconditionFailed from error
        raise


def tags(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For `responses=` of a route: where it sends the `ETag`; with 201 the `Location` as well.

    With 304 the document has `If-None-Match` as a parameter, with `problems(PreconditionFailed)`
    of a change `If-Match`: see `openapi/headers.py`.
    """
    created = {CREATED: {"ETag": TAG, "Location": LOCATION}}
    return {status: {"headers": created.get(status, {"ETag": TAG})} for status in statuses}


def _check_match(entity: Versioned, request: Request) -> bool:
    """Whether there is an `If-Match`; raises PreconditionFailed when it names another version."""
    fields = request.headers.getlist("If-Match")
    if fields and not _names(entity, fields, weakly=False):
        raise PreconditionFailed
    return bool(fields)


def _names(entity: Versioned, fields: list[str], *, weakly: bool) -> bool:
    """Whether a list of tags, or `*`, names the entity. What is no tag names nothing.

    Weakly, `W/"1"` is the same as `"1"`. Splitting at commas may cut a foreign tag in two, but no
    piece of one has a quote at both ends, as ours has.
    """
    if not fields:
        return False
    listed = ",".join(fields)
    given = [tag.strip(" \t") for tag in listed.split(",")]
    wanted = _version_of(entity)
    return given == ["*"] or wanted in given or (weakly and f"W/{wanted}" in given)


def _version_of(entity: Versioned) -> str:
    return f'"{getattr(entity, version_attribute(type(entity)))}"'
