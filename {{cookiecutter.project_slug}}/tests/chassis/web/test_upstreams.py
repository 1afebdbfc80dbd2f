"""Services that a route calls: handed out by name, bounded by the request, told of in its log."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any
from unittest.mock import AsyncMock

import pytest
from fastapi import APIRouter, BackgroundTasks, FastAPI, WebSocket
from sqlalchemy import text

from chassis.outbound import deadline
from chassis.outbound.upstream import Upstream
from chassis.settings import Settings
from chassis.settings.faults import SettingsError
from chassis.web.sessions import ReadSession, Session
from chassis.web.upstreams import public_only, upstream
from tests.chassis import application
from tests.chassis.application import create_app
from tests.chassis.outbound.misbehaving import Misbehaving, misbehaving
from tests.support.clients import Client, client_of
from tests.support.composition import ReadLog, StartApp
from tests.support.settings import make_settings

Shop = Annotated[Upstream, upstream("shop")]
Anywhere = Annotated[Upstream, public_only()]

router = APIRouter()


@router.get("/call/{path}")
async def call(path: str, shop: Shop) -> int:
    return (await shop.get(f"/{path}")).status


@router.get("/post/{path}")
async def post(path: str, shop: Shop) -> int:
    return (await shop.post(f"/{path}")).status


@router.get("/fetch")
async def fetch(url: str, anywhere: Anywhere) -> int:
    return (await anywhere.get(url)).status


@router.get("/several")
async def several(shop: Shop) -> None:
    async with asyncio.TaskGroup() as tasks:
        for path in ("/500", "/404"):
            tasks.create_task(shop.get(path))


@router.get("/given-up")
async def given_up(shop: Shop, verb: str) -> None:
    async with asyncio.timeout(0.1):
        await getattr(shop, verb)("/hang")


@router.get("/later")
async def later(shop: Shop, tasks: BackgroundTasks) -> None:
    async def work() -> None:
        await asyncio.sleep(0.7)  # longer than the request may take
        statuses.append((await shop.get("/number")).status)

    statuses.clear()
    tasks.add_task(work)


statuses: list[int] = []


@pytest.fixture
async def peer() -> AsyncIterator[Misbehaving]:
    async with misbehaving() as peer:
        yield peer


@pytest.fixture
def settings(database_url: str, peer: Misbehaving, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(application, "ROUTERS", [*application.ROUTERS, router])
    return settings_with(database_url, peer)


def settings_with(database_url: str, peer: Misbehaving, **groups: Any) -> Settings:
    called = {"upstreams": {"shop": peer.url}, "timeout": 60, "connect_timeout": 60}
    database = {"url": database_url, "statement_timeout": 0.5}
    return make_settings(database=database, outbound=called, **groups)


async def test_a_route_calls_a_service_by_its_name(client: Client) -> None:
    assert (await client.get("/call/number")).json() == 200


@pytest.mark.parametrize(
    ("path", "status", "problem"),
    [
        ("/call/500", 502, "upstream-failed"),
        ("/call/not-http", 502, "upstream-failed"),
        ("/call/wait", 503, "upstream-unavailable"),
        ("/call/504", 504, "upstream-timeout"),
        ("/several", 502, "upstream-failed"),
        ("/fetch?url=http://127.0.0.1/", 422, "url-not-public"),
    ],
)
async def test_its_failure_is_a_problem_without_its_words(
    client: Client, read_log: ReadLog, path: str, status: int, problem: str
) -> None:
    answer = await client.get(path)

    assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{problem}")
    assert "hunter2" not in answer.text
    assert "shop" not in answer.text
    (line,) = read_log("request")
    assert line["problem"] == f"/problems/{problem}"
    if status != 422:
        assert line["cause"].startswith("CallError shop: ")
        assert read_log("call failed")


async def test_what_an_upstream_asks_to_wait_the_client_is_told(client: Client) -> None:
    answer = await client.get("/post/wait")

    assert answer.headers["retry-after"] == "7"


async def test_nothing_of_the_request_is_passed_on_but_its_trace(
    client: Client, peer: Misbehaving
) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    headers = {
        "Authorization": "Bearer theirs",
        "Cookie": "session=theirs",
        "X-Forwarded-For": "203.0.113.7",
        "traceparent": f"00-{trace}-00f067aa0ba902b7-01",
    }

    answer = await client.get("/call/number", headers=headers)

    (head,) = peer.heads
    names = {line.partition(":")[0] for line in head.splitlines()[1:] if line}
    assert names == {"Host", "User-Agent", "traceparent", "Accept", "Accept-Encoding"}
    (sent,) = [it for it in head.splitlines() if it.startswith("traceparent: ")]
    version, its_trace, span, sampled = sent.removeprefix("traceparent: ").split("-")
    assert (version, its_trace, sampled) == ("00", trace, "01")
    assert span not in answer.headers["traceresponse"]


async def test_the_deadline_of_the_request_bounds_the_call(
    start_app: StartApp, settings: Settings, database_url: str, peer: Misbehaving
) -> None:
    app = await start_app(settings_with(database_url, peer, server={"request_timeout": 0.6}))
    async with client_of(app) as client:
        answer = await client.get("/call/hang")
        assert (answer.status_code, answer.json()["type"]) == (504, "/problems/upstream-timeout")

        await client.get("/later")
        assert statuses == [200]


async def test_a_request_that_has_no_time_left_does_not_call(
    client: Client, peer: Misbehaving, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All that there is it keeps for its own answer."""
    monkeypatch.setattr(deadline, "MARGIN", 1_000)

    answer = await client.get("/call/number")

    assert (answer.status_code, answer.json()["type"]) == (504, "/problems/upstream-timeout")
    assert peer.connected == 0


async def test_a_request_without_a_deadline_calls_as_long_as_the_upstream_may_take(
    start_app: StartApp, settings: Settings, database_url: str, peer: Misbehaving
) -> None:
    app = await start_app(settings_with(database_url, peer, server={"request_timeout": 0}))
    async with client_of(app) as client:
        assert (await client.get("/call/number")).json() == 200


@pytest.mark.parametrize(("verb", "problem"), [("get", "timeout"), ("post", "deadline-exceeded")])
async def test_a_timeout_around_a_call_does_not_say_that_nothing_was_done(
    client: Client, verb: str, problem: str
) -> None:
    answer = await client.get("/given-up", params={"verb": verb})

    assert (answer.status_code, answer.json()["type"]) == (504, f"/problems/{problem}")
    assert ("Nothing was changed" in answer.text) is (verb == "get")
    assert (await client.get("/given-up?verb=get")).json()["type"] == "/problems/timeout"


async def test_health_shows_upstreams_and_calls_none(client: Client, peer: Misbehaving) -> None:
    async def shown() -> Any:
        found = (await client.get("/health")).json()["upstreams"]["shop"]
        return found["status"], found["succeeded_seconds_ago"], found["failed_seconds_ago"]

    assert await shown() == ("unknown", None, None)
    assert peer.counts.total() == 0
    await client.get("/call/number")
    assert (await shown())[0] == "ok"
    await client.get("/call/500")
    assert (await shown())[0] == "unavailable"
    await client.get("/call/404")
    status, succeeded, failed = await shown()
    assert (status, succeeded >= 0, failed >= 0) == ("ok", True, True)


def test_a_service_without_an_upstream_that_a_route_calls_is_not_made(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(application, "ROUTERS", [router])
    with pytest.raises(SettingsError) as refused:
        create_app(make_settings(database={"url": database_url}))

    (fault,) = refused.value.faults
    assert fault.startswith("OUTBOUND_UPSTREAMS names no 'shop', which /")
    assert fault.endswith('Example: {"shop": "https://shop.example/v1"}')


def test_a_websocket_needs_what_it_calls_too(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sockets = APIRouter(prefix="/feeds")

    @sockets.websocket("/shop")
    async def feed(socket: WebSocket, shop: Shop) -> None: ...

    monkeypatch.setattr(application, "ROUTERS", [sockets])

    with pytest.raises(SettingsError, match="names no 'shop', which /feeds/shop calls"):
        create_app(make_settings(database={"url": database_url}))


async def test_urls_of_users_need_no_setting(
    start_app: StartApp, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = APIRouter()
    one.get("/fetch")(fetch)
    monkeypatch.setattr(application, "ROUTERS", [one])

    async with client_of(await start_app(make_settings(database={"url": database_url}))) as client:
        assert (await client.get("/fetch?url=http://10.0.0.1/")).status_code == 422


async def test_a_test_may_put_another_in_its_place(app: FastAPI, client: Client) -> None:
    instead = AsyncMock()
    instead.get.return_value.status = 299
    app.dependency_overrides[upstream("shop").dependency] = lambda: instead

    assert (await client.get("/call/number")).json() == 299


HELD = "a connection to the database is held during a call"


@pytest.mark.parametrize("environment", ["development", "test"])
async def test_in_development_a_held_connection_is_warned_of(
    start_app: StartApp,
    settings: Settings,
    database_url: str,
    peer: Misbehaving,
    environment: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    app: FastAPI = await start_app(settings_with(database_url, peer, environment=environment))

    @app.get("/before")
    async def before(shop: Shop, session: Session, reads: ReadSession) -> None:
        await reads.scalar(text("SELECT 1"))
        await shop.get("/number")
        await session.execute(text("SELECT 1"))

    @app.get("/amid")
    async def amid(shop: Shop, session: Session) -> None:
        await session.execute(text("SELECT 1"))
        await shop.get("/number")

    async with app.state.database.reading() as session:  # of no request
        await session.execute(text("SELECT 1"))
    async with client_of(app) as client:
        await client.get("/before")
        assert HELD not in capsys.readouterr().out
        await client.get("/amid")
        assert (HELD in capsys.readouterr().out) is (environment == "development")
        await client.get("/before")
        assert HELD not in capsys.readouterr().out
