"""What is switched off costs nothing: it is not imported, and need not be installed."""

import json

import pytest

from tests.support.serving import start

ONE_REQUEST = """
import asyncio, json, sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name in %r:
            raise ModuleNotFoundError(name, name=name)

sys.meta_path.insert(0, Absent())
import httpx
from tests.chassis.application import create_app, lifespan

async def main():
    app = create_app()
    async with lifespan(app), httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://test"
    ) as client:
        response = await client.get("/health/live")
    packages = ("prometheus_client", "opentelemetry.sdk", "opentelemetry.exporter", "protobuf",
        "aiohttp", "yarl")
    print(json.dumps({
        "status": response.status_code,
        "traced": "traceresponse" in response.headers,
        "imported": [name for name in packages if name in sys.modules],
    }))

asyncio.run(main())
"""
# Not `opentelemetry` itself: its interface, without an implementation, comes with FastAPI.
ABSENT = ("opentelemetry.sdk", "opentelemetry.exporter", "opentelemetry.proto")
URL = "postgresql://nobody:nothing@localhost:1/nowhere"


@pytest.mark.parametrize(("metrics", "imported"), [("false", []), ("true", ["prometheus_client"])])
def test_without_opentelemetry_the_service_runs_and_requests_have_their_trace(
    metrics: str, imported: list[str]
) -> None:
    env = {"DATABASE_URL": URL, "METRICS_ENABLED": metrics, "METRICS_PORT": ""}
    env["LOG_LEVEL"] = "error"
    with start("-c", ONE_REQUEST % (ABSENT,), env=env) as process:
        output, _ = process.communicate()

    assert process.returncode == 0, output
    told = json.loads(output.splitlines()[-1])
    assert told == {"status": 200, "traced": True, "imported": imported}


def test_a_collector_without_opentelemetry_is_refused_at_start() -> None:
    env = {"DATABASE_URL": URL, "TRACING_ENDPOINT": "http://127.0.0.1:1"}
    with start("-c", ONE_REQUEST % (ABSENT,), env=env) as process:
        output, _ = process.communicate()

    assert process.returncode == 1
    assert "uv sync --extra otel" in output
