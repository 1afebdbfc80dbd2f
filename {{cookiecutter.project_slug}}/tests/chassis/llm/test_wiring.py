"""A model while the service runs, and over HTTP."""

import signal
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request
from pydantic import SecretStr

from chassis.auth.principal import PRINCIPAL, Principal
from chassis.llm.wiring import _caller
from chassis.settings.faults import SettingsError
from tests.chassis.llm.application import LLMSettings, Settings
from tests.chassis.llm.upstream import (
    Behaviour,
    cut_after,
    endless,
    garbage_after,
    raw,
    silent_after,
    status,
    streams,
    upstream,
)
from tests.chassis.web.streams.reading import Event, all_events, events_of
from tests.support.clients import Client, client_of
from tests.support.composition import StartApp
from tests.support.eventually import eventually
from tests.support.serving import PATIENCE, serving, start
from tests.support.settings import settings_of

DATABASE = {"url": "postgresql://db/shop"}


def with_model(settings: Settings, url: str, *, metrics: bool = True, **more: Any) -> Settings:
    given: dict[str, Any] = {"base_url": url, "first_token_timeout": 60, "token_gap": 60}
    llm = LLMSettings(**given | more)
    counted = settings.metrics.model_copy(update={"enabled": metrics})
    return settings.model_copy(update={"llm": llm, "metrics": counted})


async def test_an_answer_is_streamed_and_counted(start_app: StartApp, settings: Settings) -> None:
    async with upstream(streams("Good ", "day.")) as server:
        app: FastAPI = await start_app(with_model(settings, server.url))
        async with client_of(app) as client:
            events = await all_events(await client.get("/said"))

    assert events == [Event("message", "Good "), Event("message", "day."), Event("done", {})]
    registry = app.state.telemetry.metrics.registry
    ends = {"kind": "stream", "end": "done"}
    assert registry.get_sample_value("llm_calls_total", ends) == 1
    answer = {"model": "small", "kind": "answer"}
    assert registry.get_sample_value("llm_tokens_total", answer) == 3
    assert registry.get_sample_value("llm_first_token_seconds_count", {"model": "small"}) == 1
    assert registry.get_sample_value("llm_permits_in_use") == 0


async def test_health_tells_of_it_and_of_what_it_needs(
    start_app: StartApp, settings: Settings
) -> None:
    app: FastAPI = await start_app(with_model(settings, "http://127.0.0.1:1/v1"))
    async with client_of(app) as client:
        found = (await client.get("/health")).json()["dependencies"]

    assert found["llm"] == {"status": "ok", "last_call": None, "seconds_ago": None}
    assert "vectors" in found


@pytest.mark.parametrize(
    ("behaviour", "options", "told"),
    [
        (status(500), {}, (503, "model-unavailable", "5")),
        (status(429, "Retry-After: 17\r\n"), {}, (503, "model-busy", "17")),
        (status(401), {}, (502, "model-failed", None)),
        (raw(b"<html>a page</html>", "text/html"), {}, (502, "model-failed", None)),
        (cut_after(), {}, (503, "model-unavailable", "5")),
        (silent_after(), {"first_token_timeout": 0.2}, (504, "model-timeout", None)),
        (streams("Yes."), {"max_prompt_chars": 3}, (422, "prompt-too-long", None)),
    ],
)
async def test_what_fails_before_the_first_word_has_a_status(
    start_app: StartApp,
    settings: Settings,
    behaviour: Behaviour,
    options: dict[str, Any],
    told: tuple[int, str, str | None],
) -> None:
    async with upstream(behaviour) as server:
        set_ = with_model(settings, server.url, metrics=False, **options)
        async with client_of(await start_app(set_)) as client:
            response = await client.get("/said")

    problem = response.json()["type"].removeprefix("/problems/")
    assert (response.status_code, problem, response.headers.get("retry-after")) == told


@pytest.mark.parametrize(
    ("behaviour", "options", "problem"),
    [
        (cut_after("Well"), {}, "model-cut"),
        (garbage_after("Well"), {}, "model-cut"),
        (silent_after("Well"), {"token_gap": 0.2}, "model-timeout"),
        (endless("Well"), {"max_answer_chars": 400}, "answer-too-long"),
    ],
)
async def test_what_fails_after_it_is_the_last_event(
    start_app: StartApp,
    settings: Settings,
    behaviour: Behaviour,
    options: dict[str, Any],
    problem: str,
) -> None:
    async with (
        upstream(behaviour) as server,
        client_of(await start_app(with_model(settings, server.url, **options))) as client,
    ):
        first, *_, last = await all_events(await client.get("/said"))

    assert first.data == "Well"
    assert (last.name, last.data["type"]) == ("error", f"/problems/{problem}")


async def test_with_all_permits_out_it_is_busy(start_app: StartApp, settings: Settings) -> None:
    async with upstream(silent_after("Well")) as server:
        set_ = with_model(settings, server.url, concurrency=1, permit_wait=0.05)
        app: FastAPI = await start_app(set_)
        async with app.state.llm.permits.one(), client_of(app) as client:
            response = await client.get("/said")

    assert (response.status_code, response.json()["type"]) == (503, "/problems/model-busy")
    assert server.calls == []


async def test_another_server_is_asked_where_one_is_set(
    start_app: StartApp, settings: Settings
) -> None:
    async with upstream(status(500)) as first, upstream(streams("Yes.")) as other:
        set_ = with_model(settings, first.url, fallback_base_url=other.url)
        app: FastAPI = await start_app(set_)
        async with client_of(app) as client:
            assert (await all_events(await client.get("/said")))[0].data == "Yes."

    assert other.calls[0]["model"] == "small"


async def test_without_an_address_there_is_no_model(client: Client) -> None:
    response = await client.get("/said")

    assert response.status_code == 503
    assert response.json()["detail"] == "No language model is set."


async def test_a_budget_is_on_who_calls_or_on_the_address(client: Client) -> None:
    assert (await client.get("/caller")).json() == "127.0.0.1"

    known = {"type": "http", "state": {PRINCIPAL: Principal("ada", issuer="shop")}}
    assert await _caller(Request(known)) == "shop ada"
    assert await _caller(Request({"type": "http"})) == ""


async def test_over_a_socket_upstream_ends_with_the_client_and_with_the_service(
    database_url: str,
) -> None:
    async with upstream(silent_after("Well")) as server:
        env = {"DATABASE_URL": database_url, "LLM_BASE_URL": server.url, "LOG_FORMAT": "json"}
        env |= {
            "LLM_TOKEN_GAP": "600",
            "LLM_ANSWER_TIMEOUT": "600",
            "SERVER_GRACEFUL_TIMEOUT": "60",
        }
        with serving("tests.chassis.llm.application:create_hasty_app", env=env) as served:
            async with httpx.AsyncClient(base_url=served.url, timeout=PATIENCE) as client:
                async with client.stream("GET", "/said") as response:
                    assert (await anext(events_of(response))).data == "Well"
                await eventually(lambda: server.open == 0)

                async with client.stream("GET", "/said") as response:
                    events = events_of(response)
                    await anext(events)
                    served.process.send_signal(signal.SIGTERM)
                    (last,) = [event async for event in events]
                    assert last.data["type"] == "/problems/stopping"
            assert served.wait() in {0, 143, -signal.SIGTERM}
        assert "Well" not in served.log()


def test_nothing_of_it_is_imported_where_it_is_not_used() -> None:
    program = """
import sys
from chassis.llm import settings, wiring
settings.LLMSettings()
print(sorted({"openai", "httpx2"} & set(sys.modules)))
"""
    with start("-c", program, env={}) as process:
        told, _ = process.communicate()

    assert told == "[]\n"


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"base_url": "models"}, "LLM_BASE_URL: is no address, like https://models.example/v1"),
        ({"fallback_base_url": "https://b/v1"}, "LLM_FALLBACK_BASE_URL is of no use without"),
    ],
)
def test_a_fault_of_the_settings_is_told(given: dict[str, str], fault: str) -> None:
    with pytest.raises(SettingsError) as refused:
        settings_of(Settings, {"database": DATABASE, "llm": given})

    assert fault in "; ".join(refused.value.faults)


def test_a_key_is_not_sent_in_the_clear_in_production() -> None:
    assert LLMSettings(base_url="http://127.0.0.1/v1", key=SecretStr("k")).unsafe() == []
    assert LLMSettings(base_url="http://m.example/v1").unsafe() == []

    (told,) = LLMSettings(base_url="http://m.example/v1", key=SecretStr("k")).unsafe()
    assert told.startswith("LLM_BASE_URL begins with http")
