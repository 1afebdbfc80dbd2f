"""Calls to other services, by upstream and outcome."""

from contextlib import suppress
from typing import Any

from chassis.observability.metrics.instruments import Metrics
from chassis.observability.metrics.recording import UpstreamRecorder
from chassis.outbound.observation import Observation
from chassis.outbound.opening import outbound
from chassis.outbound.problems import UpstreamProblem
from chassis.settings.identity import Environment, Identity
from chassis.settings.outbound import OutboundSettings
from tests.chassis.outbound.misbehaving import misbehaving

PATHS = ["/number", "/number", "/404", "/500", "/503", "/504", "/once-busy"]
PATIENT: dict[str, Any] = {"timeout": 60, "connect_timeout": 60, "read_timeout": 60}
CALLS, RETRIES = "outbound_call_duration_seconds_count", "outbound_retries_total"


async def test_calls_are_counted_by_their_outcome() -> None:
    metrics = Metrics(Identity("shop", "1", Environment.TEST))

    def observe(name: str, _: str | None) -> Observation:
        return Observation(name, UpstreamRecorder(metrics, name))

    async with misbehaving() as peer:
        given = {"upstreams": {"shop": peer.url}, "attempts": 2, **PATIENT}
        settings = OutboundSettings.model_validate(given)
        async with outbound(settings, "tests/1", observe) as opened:
            for path in PATHS:
                with suppress(UpstreamProblem):
                    await opened.upstreams["shop"].get(path)
            with suppress(UpstreamProblem):
                await opened.public.get("http://127.0.0.1/")

    def value(name: str, **labels: str) -> float | None:
        return metrics.registry.get_sample_value(name, labels)

    outcomes = {"ok": 3, "refused": 1, "failed": 1, "unavailable": 1, "timeout": 1}
    for outcome, times in outcomes.items():
        assert value(CALLS, upstream="shop", outcome=outcome) == times
    assert value(CALLS, upstream="public", outcome="refused") == 1
    assert value(RETRIES, upstream="shop") == 3  # of 503, of 504, and of what was busy once
    assert value("outbound_calls_in_progress", upstream="shop") == 0
