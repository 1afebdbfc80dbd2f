"""How a call is written: its path, what it is read as, and what else it may say."""

from collections.abc import Coroutine, Mapping
from typing import Any, Protocol, TypedDict, TypeVar, Unpack, overload

from chassis.outbound.answer import Answer
from chassis.outbound.urls import Query

Kind = TypeVar("Kind")


class Options(TypedDict, total=False):
    """What a call may say besides its path; all of it may be left out."""

    params: Query
    """The query."""
    json: Any
    """The body: a model, or whatever JSON can hold."""
    headers: Mapping[str, str]
    """Besides those of the setting; nothing of the request that is being answered is passed on."""
    idempotency_key: str
    """Makes a POST or PATCH one that may be sent twice, if the upstream heeds such keys."""
    timeout: float
    """Seconds, in place of the upstream's own."""


class Verb(Protocol):
    """Sends a request. Raises UpstreamFailed, UpstreamUnavailable or UpstreamTimeout."""

    @overload
    def __call__(
        self, path: str, *, read_as: type[Kind], **options: Unpack[Options]
    ) -> Coroutine[Any, Any, Kind]: ...

    @overload
    def __call__(
        self, path: str, *, read_as: None = None, **options: Unpack[Options]
    ) -> Coroutine[Any, Any, Answer]: ...
