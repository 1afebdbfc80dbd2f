"""Search by likeness: in a PostgreSQL with pgvector, which the one from the wheel has."""

import os
import re
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from fastapi import FastAPI
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from app.features.analyses.models import Mood
from app.features.analyses.repository import AnalysisRepository, SimilarityNotOffered
from chassis.database.connections.engine import create_engine
from chassis.database.session import Database
from tests.composition import make_settings, migrate
from tests.features.analyses.conftest import Stub
from tests.support.clients import Client
from tests.support.composition import PROJECT
from tools.llm_stub.answers import vector
from tools.postgres import running

TEXTS = {"a red lamp": Mood.GOOD, "a red lamp shade": Mood.BAD, "the blue sea": Mood.GOOD}


@pytest.fixture(scope="module")
def with_vectors() -> Iterator[str]:
    directory = Path(tempfile.gettempdir()) / f"vectors-{os.getpid()}"
    with running(directory, throwaway=True, wheel_only=True) as server:
        server.create_database("vectors")
        migrate(server.url("vectors"))
        yield server.url("vectors")


@pytest.fixture
async def database(with_vectors: str) -> AsyncIterator[Database]:
    engine = create_engine(make_settings(database={"url": with_vectors}).database, "tests")
    yield Database(engine)
    await engine.dispose()


def analyses(texts: dict[str, Mood]) -> list[dict[str, Any]]:
    return [
        {"text": text, "summary": text, "mood": mood, "topics": [], "embedding": vector(text)}
        for text, mood in texts.items()
    ]


async def test_the_nearest_come_first_also_among_those_of_a_filter(database: Database) -> None:
    async with database.transaction() as session:
        await AnalysisRepository(session).create_many(analyses(TEXTS))

    async with database.transaction() as session:
        repository = AnalysisRepository(session)
        found = await repository.similar(vector("a red lamp"), mood=None, limit=2)
        assert [it.text for it in found] == ["a red lamp", "a red lamp shade"]
        bad = await repository.similar(vector("the blue sea"), mood=Mood.BAD, limit=2)
        assert [it.text for it in bad] == ["a red lamp shade"]


async def test_clients_are_given_the_nearest(
    app: FastAPI, client: Client, stub: Stub, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.state, "database", database)
    async with database.transaction() as session:
        await AnalysisRepository(session).create_many(analyses({"a green chair": Mood.GOOD}))

    response = await client.post("/v1/analyses/similar", json={"text": "a green chair", "limit": 1})

    assert [it["text"] for it in response.json()["items"]] == ["a green chair"]
    assert stub.calls == ["embedding"]


async def test_the_index_of_the_page_can_be_made(with_vectors: str) -> None:
    page = (PROJECT / "docs/language-models.md").read_text(encoding="utf-8")
    (statement,) = re.findall(r"```sql\n(CREATE INDEX .*)\n```", page)
    connection = await asyncpg.connect(with_vectors)
    try:
        await connection.execute(statement)
        await connection.execute("DROP INDEX analyses_near")
    finally:
        await connection.close()


async def test_where_the_extension_is_missing_it_is_not_offered(client: Client, stub: Stub) -> None:
    response = await client.post("/v1/analyses/similar", json={"text": "a lamp"})

    assert response.status_code in {200, 501}
    if response.status_code == 501:
        assert response.json()["type"] == "/problems/similarity-not-offered"


class Failing:
    """A session whose second statement fails."""

    def __init__(self, code: str) -> None:
        self.code = code

    async def execute(self, *_: object) -> None: ...

    async def scalars(self, *_: object) -> None:
        raise DBAPIError(None, {}, RefusedError(self.code))


class RefusedError(Exception):
    def __init__(self, code: str) -> None:
        self.sqlstate = code


@pytest.mark.parametrize(
    ("code", "raised"), [("42704", SimilarityNotOffered), ("57014", DBAPIError)]
)
async def test_what_else_fails_is_what_it_is(code: str, raised: type[Exception]) -> None:
    session: AsyncSession = Failing(code)  # type: ignore[assignment]  # as much as is needed
    with pytest.raises(raised):
        await AnalysisRepository(session).similar([0.5], mood=None, limit=1)
