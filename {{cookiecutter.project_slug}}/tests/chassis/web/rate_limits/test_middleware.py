"""Who asks too often is refused, and everyone is told where they stand."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI, WebSocket
from fastapi.responses import PlainTextResponse

from chassis.web.rate_limits import process
from chassis.web.rate_limits.policies import limited
from tests.chassis.application import create_app, lifespan
from tests.support.clients import Client, client_of
from tests.support.composition import ReadLog
from tests.support.settings import make_settings

FEW = 4
"""Counters that one client may have, in windows of a second."""

router = APIRouter()


@router.get("/things/latest")
async def latest() -> str:
    return "latest"


@router.get("/things/{thing}")
@limited("2/hour")
async def read(thing: str) -> str:
    return thing


@router.post("/things")
@limited("1/second")
async def create() -> None: ...


@router.websocket("/live")
async def live(socket: WebSocket) -> None: ...


class Clock:
    """Stands still in the middle of all windows: a test that meets an end of one counts anew."""

    now = 1_000_000.0 * 86_400 + 30.5

    def __call__(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(process, "monotonic", clock)
    return clock


@asynccontextmanager
async def limiting(limit: str, **groups: Any) -> AsyncIterator[FastAPI]:
    rate = {"limit_enabled": True, "limit_default": limit}
    app = create_app(make_settings(rate=rate, **groups))
    app.include_router(router)
    app.mount("/files", PlainTextResponse("file"))
    async with lifespan(app):
        yield app


@pytest.fixture
async def app(database_url: str) -> AsyncIterator[FastAPI]:
    async with limiting("3/minute", database={"url": database_url}) as app:
        yield app


@pytest.fixture
async def client_at(app: FastAPI) -> AsyncIterator[Callable[[str], Client]]:
    clients = []

    def at(address: str) -> Client:
        transport = httpx.ASGITransport(app, client=(address, 1))
        clients.append(Client(transport=transport, base_url="http://test"))
        return clients[-1]

    yield at
    for client in clients:
        await client.aclose()


async def statuses(client: Client, path: str, times: int) -> list[int]:
    return [(await client.get(path)).status_code for _ in range(times)]


async def test_each_answer_tells_what_is_left(client: Client) -> None:
    left = []
    for _ in range(3):
        headers = (await client.get("/things/latest")).headers
        assert headers["ratelimit-policy"] == '"default";q=3;w=60'
        name, remaining, reset = headers["ratelimit"].split(";")
        assert (name, reset[:2]) == ('"default"', "t=")
        assert 1 <= int(reset[2:]) <= 60
        left.append(remaining)

    assert left == ["r=2", "r=1", "r=0"]


async def test_more_than_the_limit_is_refused_as_a_problem(client: Client) -> None:
    assert await statuses(client, "/things/latest", 3) == [200] * 3

    response = await client.get("/things/latest")

    assert response.status_code == 429
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["type"] == "/problems/rate-limit-exceeded"
    assert response.json()["detail"] == "The limit is 3 per 1 minute."
    assert response.headers["ratelimit-policy"] == '"default";q=3;w=60'
    wait = response.headers["retry-after"]
    assert response.headers["ratelimit"] == f'"default";r=0;t={wait}'
    assert 1 <= int(wait) <= 60


class Counts:
    def __init__(self) -> None:
        self.policies: list[str] = []
        self.uncounted = 0

    def exceeded(self, policy: str) -> None:
        self.policies.append(policy)

    def unavailable(self) -> None:
        self.uncounted += 1


async def test_a_refusal_is_logged_and_counted(
    app: FastAPI, client: Client, read_log: ReadLog
) -> None:
    counted = app.state.rate_limiter.observer = Counts()
    await statuses(client, "/things/latest", 5)

    lines = [line for line in read_log("request") if line["status"] == 429]
    assert [line["problem"] for line in lines] == ["/problems/rate-limit-exceeded"] * 2
    assert counted.policies == ["default"] * 2
    assert counted.uncounted == 0


async def test_what_cannot_be_counted_is_served_and_told(database_url: str) -> None:
    away = {"url": "redis://127.0.0.1:1"}
    async with limiting("1/hour", database={"url": database_url}, redis=away) as app:
        told = app.state.rate_limiter.observer = Counts()
        async with client_of(app) as client:
            assert await statuses(client, "/things/latest", 3) == [200, 200, 200]

    assert (told.policies, told.uncounted) == ([], 3)


async def test_a_route_may_have_a_limit_of_its_own(app: FastAPI, client: Client) -> None:
    counted = app.state.rate_limiter.observer = Counts()
    assert await statuses(client, "/things/7", 3) == [200, 200, 429]
    assert await statuses(client, "/things/8", 1) == [429]  # the route counts, not the path

    response = await client.head("/things/7")

    assert response.headers["ratelimit-policy"] == '"GET /things/{thing}";q=2;w=3600'
    assert counted.policies == ["GET /things/{thing}"] * 3


async def test_all_other_routes_share_the_default(client: Client) -> None:
    paths = ["/things/latest", "/nowhere", "/files/1", "/things/latest"]

    answers = [(await client.get(path)).status_code for path in paths]

    assert answers == [200, 404, 200, 429]
    assert (await client.get("/things/7")).status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/health", "/health/live", "/health/ready", "/docs", "/docs/start.js", "/openapi.json"],
)
async def test_health_metrics_and_documentation_are_not_counted(client: Client, path: str) -> None:
    for _ in range(5):
        response = await client.get(path)

        assert response.status_code == 200
        assert "ratelimit" not in response.headers


@pytest.mark.parametrize("path", ["/healthy", "/documents"])
async def test_what_only_sounds_like_them_is_counted(client: Client, path: str) -> None:
    assert await statuses(client, path, 4) == [404, 404, 404, 429]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8::1", "2001:db8::ffff:2", True),  # one customer has the whole network
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),  # of a listener for both families
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("fe80::1%eth0", "fe80::2%eth0", True),
        ("no:address", "no:other", False),  # forwarded by a proxy that believes everything
    ],
)
async def test_each_client_has_a_budget_of_its_own(
    client_at: Callable[[str], Client], one: str, other: str, same: bool
) -> None:
    assert await statuses(client_at(one), "/things/7", 3) == [200, 200, 429]
    assert await statuses(client_at(other), "/things/7", 1) == [429 if same else 200]


async def test_after_the_time_it_names_there_is_more(client: Client, clock: Clock) -> None:
    assert (await client.post("/things")).status_code == 200
    refused = await client.post("/things")
    assert refused.status_code == 429

    clock.now += int(refused.headers["retry-after"])

    assert (await client.post("/things")).status_code == 200


async def test_clients_that_are_gone_are_forgotten(
    app: FastAPI, client_at: Callable[[str], Client], clock: Clock
) -> None:
    held = app.state.rate_limiter.counter
    for number in range(20):
        await client_at(f"192.0.2.{number}").post("/things")
    assert len(held) >= 20

    for _ in range(2):
        clock.now += process.SWEEP_EVERY + 1
        await client_at("192.0.2.99").get("/things/latest")  # another limit than theirs

    assert len(held) <= FEW


async def test_without_the_setting_nothing_is_counted(database_url: str) -> None:
    app = create_app(make_settings(database={"url": database_url}))
    app.include_router(router)
    async with lifespan(app), Client(transport=httpx.ASGITransport(app), base_url="http://t") as c:
        assert await statuses(c, "/things/7", 9) == [200] * 9
        assert "ratelimit" not in (await c.get("/things/7")).headers


def test_a_limit_that_cannot_be_read_is_told_where_it_stands() -> None:
    with pytest.raises(ValueError, match="often"):
        limited("often")
