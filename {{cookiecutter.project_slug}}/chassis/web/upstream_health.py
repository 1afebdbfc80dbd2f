"""How upstreams stand, from the calls that there were: nobody is called to be shown."""

from time import monotonic
from typing import TYPE_CHECKING, Any, Literal

from chassis.web.types import Output

if TYPE_CHECKING:
    from chassis.outbound.opening import Outbound
    from chassis.outbound.upstream import Upstream


class UpstreamHealth(Output):
    status: Literal["ok", "unavailable", "unknown"]
    """Whether the last call that ended did what it should; unknown before the first."""
    succeeded_seconds_ago: float | None
    failed_seconds_ago: float | None
    calls_in_progress: int
    calls_waiting: int
    """Calls that wait because as many as may be are in progress."""
    calls_limit: int


def upstreams_health(state: Any) -> dict[str, UpstreamHealth]:
    """Of `app.state`; empty where nothing is called."""
    outbound: Outbound | None = getattr(state, "outbound", None)
    if outbound is None:
        return {}
    return {name: _health(it) for name, it in outbound.upstreams.items()}


def _health(upstream: "Upstream") -> UpstreamHealth:
    succeeded, failed = upstream.observation.succeeded_at, upstream.observation.failed_at
    return UpstreamHealth(
        status=_status(succeeded, failed),
        succeeded_seconds_ago=_ago(succeeded),
        failed_seconds_ago=_ago(failed),
        calls_in_progress=upstream.gate.inside,
        calls_waiting=upstream.gate.waiting,
        calls_limit=upstream.gate.places,
    )


def _status(
    succeeded: float | None, failed: float | None
) -> Literal["ok", "unavailable", "unknown"]:
    if failed is None:
        return "unknown" if succeeded is None else "ok"
    return "unavailable" if succeeded is None or succeeded < failed else "ok"


def _ago(at: float | None) -> float | None:
    return None if at is None else round(monotonic() - at, 1)
