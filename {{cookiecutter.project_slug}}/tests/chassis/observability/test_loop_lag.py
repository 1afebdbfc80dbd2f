"""A call that blocks the event loop is seen: in the log, and in the metric."""

import time

from fastapi import FastAPI

from chassis.observability.loop_lag import watching_loop
from chassis.settings import Settings
from tests.support.composition import ReadLog, StartApp
from tests.support.eventually import eventually
from tests.support.settings import make_settings

BLOCKED = "event loop blocked"


class Told(list[float]):
    def late(self, seconds: float) -> None:
        self.append(seconds)


async def test_it_is_looked_at_again_and_again_and_not_after_the_end() -> None:
    told = Told()
    with watching_loop(told):
        await eventually(lambda: len(told) >= 3)
    seen = len(told)
    await eventually(lambda: True)

    assert len(told) == seen
    assert all(lag >= 0 for lag in told)


async def test_a_block_is_told_in_the_log(app: FastAPI, read_log: ReadLog) -> None:
    time.sleep(0.3)  # noqa: ASYNC251  it is what is to be seen
    (line, *_) = await eventually(lambda: read_log(BLOCKED))

    assert line["level"] == "warning"
    assert line["lag_ms"] > 100


async def test_a_block_is_counted(start_app: StartApp, settings: Settings) -> None:
    app = await start_app(settings.model_copy(update={"metrics": METRICS}))
    lag = app.state.telemetry.metrics._metrics.loop_lag
    time.sleep(0.3)  # noqa: ASYNC251  it is what is to be seen

    def long_ones() -> float:
        samples = {
            (each.name, each.labels.get("le")): each.value
            for metric in lag.collect()
            for each in metric.samples
        }
        name = "event_loop_lag_seconds_bucket"
        return float(samples[name, "+Inf"] - samples[name, "0.1"])

    await eventually(long_ones)


METRICS = make_settings(
    database={"url": "postgresql://db/shop"}, metrics={"enabled": True, "port": None}
).metrics
