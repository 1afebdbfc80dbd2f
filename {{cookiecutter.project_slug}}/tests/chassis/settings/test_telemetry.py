"""Where metrics are served, and where spans are sent."""

from importlib.util import find_spec
from typing import Any

import pytest

from chassis.settings import Settings
from tests.chassis.settings.telling import URL, faults


def test_metrics_are_off_and_have_a_port_of_their_own(setenv: Any) -> None:
    setenv(DATABASE_URL=URL)

    metrics = Settings().metrics

    assert (metrics.enabled, metrics.port) == (False, 9_090)


@pytest.mark.parametrize(("value", "port"), [("", None), ("0", 0), ("9464", 9_464)])
def test_an_empty_port_of_metrics_is_the_services_own(
    setenv: Any, value: str, port: int | None
) -> None:
    setenv(DATABASE_URL=URL, METRICS_ENABLED="true", METRICS_PORT=value)

    assert Settings().metrics.port == port


def test_metrics_and_service_cannot_have_the_same_port(setenv: Any) -> None:
    setenv(DATABASE_URL=URL, METRICS_ENABLED="true", METRICS_PORT="8000")

    assert faults() == ["METRICS_PORT=8000 is SERVER_PORT too; leave it empty to serve both there"]


@pytest.mark.parametrize(
    ("value", "endpoint"),
    [
        ("http://collector:4318", "http://collector:4318/v1/traces"),
        ("https://traces.example/otlp/", "https://traces.example/otlp/v1/traces"),
        ("http://collector:4318/v1/traces", "http://collector:4318/v1/traces"),
    ],
)
def test_spans_go_to_the_collectors_path_for_them(setenv: Any, value: str, endpoint: str) -> None:
    setenv(DATABASE_URL=URL, TRACING_ENDPOINT=value)

    assert Settings().tracing.spans_endpoint == endpoint


def test_an_empty_collector_is_none(setenv: Any) -> None:
    setenv(DATABASE_URL=URL, TRACING_ENDPOINT="")

    assert Settings().tracing.endpoint is None


def test_what_is_no_collector_is_refused(setenv: Any) -> None:
    setenv(DATABASE_URL=URL, TRACING_ENDPOINT="collector:4318", TRACING_SAMPLE_RATIO="2")

    address, ratio = faults()

    assert address == (
        "TRACING_ENDPOINT: is no address of a collector; write it like http://collector:4318"
    )
    assert ratio.startswith("TRACING_SAMPLE_RATIO")


@pytest.mark.parametrize(
    "missing", ["opentelemetry.sdk", "opentelemetry.exporter", "opentelemetry.exporter.otlp.proto"]
)
def test_a_collector_needs_opentelemetry_and_says_how_to_get_it(
    setenv: Any, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    setenv(DATABASE_URL=URL, TRACING_ENDPOINT="http://collector:4318")
    monkeypatch.setattr("chassis.settings.values.find_spec", without(missing))

    (fault,) = faults()

    assert fault == (
        "TRACING_ENDPOINT: needs OpenTelemetry, which is not installed; run: uv sync --extra otel"
    )


def without(missing: str) -> Any:
    """`find_spec` where this package is not installed: a part of it raises, as Python does."""

    def find(name: str) -> object:
        if name.startswith(f"{missing}."):
            raise ModuleNotFoundError(name)
        return None if name == missing else find_spec(name)

    return find
