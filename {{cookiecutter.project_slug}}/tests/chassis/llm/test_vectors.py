"""Whether vectors can be compared: told once, by health, and by the doctor."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

import pytest

from chassis.database.session import Database
from chassis.llm import doctor
from chassis.llm.doctor import llm
from chassis.llm.vectors import Vectors
from tests.chassis.llm.application import Settings
from tests.chassis.llm.upstream import streams, upstream
from tests.support.settings import settings_of

AWAY = "postgresql://shop@127.0.0.1:1/shop"


class Asked:
    """A database that answers these, one after the other."""

    def __init__(self, *found: object) -> None:
        self.found = list(found)

    @asynccontextmanager
    async def reading(self, *, primary: bool) -> AsyncIterator["Asked"]:
        assert primary
        yield self

    async def scalar(self, _: object) -> object:
        found = self.found.pop(0)
        if isinstance(found, Exception):
            raise found
        return found


@pytest.mark.parametrize(
    ("found", "lines"),
    [(["0.8.6"], 0), ([None, None, "0.8.6"], 1), ([ConnectionError(), "0.8.6"], 0)],
)
async def test_they_are_looked_for_until_they_are_there_and_missed_once(
    capsys: pytest.CaptureFixture[str], found: list[object], lines: int
) -> None:
    asked = Asked(*found)
    vectors = Vectors(cast("Database", asked), pause=0)
    await vectors.watch()

    assert asked.found == []
    assert vectors.last is not None
    assert (vectors.last.end, vectors.last.is_fine) == ("pgvector 0.8.6", True)
    assert capsys.readouterr().out.count("CREATE EXTENSION vector") == lines


async def test_until_then_health_says_that_they_are_missing() -> None:
    vectors = Vectors(cast("Database", Asked(None)))
    assert not await vectors._are_there()

    assert vectors.last is not None
    assert (vectors.last.end, vectors.last.is_fine) == ("pgvector is missing", False)


def settings_for(url: str, **llm: str) -> Settings:
    made = settings_of(Settings, {"database": {"url": url}, "llm": llm})
    assert isinstance(made, Settings)
    return made


async def test_the_doctor_has_nothing_to_say_where_there_is_no_model() -> None:
    assert await llm(settings_for(AWAY)) == {}


async def test_the_doctor_reaches_models_and_asks_them_nothing() -> None:
    async with upstream(streams("Yes.")) as server:
        found = await llm(
            settings_for(AWAY, base_url=server.url, fallback_base_url="http://127.0.0.1:1/v1")
        )

    assert {name: it.status for name, it in found.items()} == {
        "model of LLM_BASE_URL": "ok",
        "model of LLM_FALLBACK_BASE_URL": "error",
        "vectors": "skipped",
    }
    assert server.calls == []


@pytest.mark.parametrize(
    ("version", "status", "told"),
    [
        ("NULL", "warning", "searches by likeness are answered with 501"),
        ("'0.7.4'", "warning", "pgvector 0.7.4 is older than 0.8"),
        ("'0.8.0'", "ok", "pgvector 0.8.0 compares them"),
    ],
)
async def test_the_doctor_says_whether_the_database_compares_vectors(
    database_url: str, monkeypatch: pytest.MonkeyPatch, version: str, status: str, told: str
) -> None:
    monkeypatch.setattr(doctor, "VERSION", f"SELECT {version}")
    found = (await llm(settings_for(database_url, base_url="http://127.0.0.1:1/v1")))["vectors"]

    assert (found.status, told in found.message) == (status, True)
