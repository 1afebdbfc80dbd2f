"""Search by likeness: in a PostgreSQL with pgvector, which the one from the wheel has."""

import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from app.features.analyses.models import Mood
from app.features.analyses.repository import AnalysisRepository, SimilarityNotOffered
from chassis.database.session import Database
from tests.features.analyses.conftest import Stub, analysis
from tests.support.clients import Client
from tools.llm_stub.answers import vector

TEXTS = {"a red lamp": Mood.GOOD, "a red lamp shade": Mood.BAD, "the blue sea": Mood.GOOD}


async def test_the_nearest_come_first_also_among_those_of_a_filter(database: Database) -> None:
    async with database.transaction() as session:
        rows = [analysis(said, mood) for said, mood in TEXTS.items()]
        await AnalysisRepository(session).create_many(rows)

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
        await AnalysisRepository(session).create_many([analysis("a green chair")])

    response = await client.post("/v1/analyses/similar", json={"text": "a green chair", "limit": 1})

    assert [it["text"] for it in response.json()["items"]] == ["a green chair"]
    assert stub.calls == ["embedding"]


async def test_where_the_extension_is_missing_it_is_not_offered(database: Database) -> None:
    async with database.transaction() as session:
        await session.execute(text("DROP EXTENSION vector"))
        with pytest.raises(SimilarityNotOffered):
            await AnalysisRepository(session).similar(vector("a lamp"), mood=None, limit=1)
        await session.rollback()


async def test_clients_are_told_so(
    client: Client, stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refused(*_: object, **__: object) -> None:
        raise SimilarityNotOffered

    monkeypatch.setattr(AnalysisRepository, "similar", refused)
    response = await client.post("/v1/analyses/similar", json={"text": "a lamp"})

    assert response.status_code == 501
    assert response.json()["type"] == "/problems/similarity-not-offered"


class Failing:
    """A session whose second statement fails."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.sent: list[str] = []

    async def execute(self, statement: object) -> None:
        self.sent.append(str(statement))

    async def scalars(self, statement: object, _: object) -> None:
        self.sent.append(str(statement))
        raise DBAPIError(None, {}, RefusedError(self.code))


class RefusedError(Exception):
    def __init__(self, code: str) -> None:
        self.sqlstate = code


@pytest.mark.parametrize(
    ("code", "raised"), [("42704", SimilarityNotOffered), ("57014", DBAPIError)]
)
async def test_what_is_sent_goes_on_until_enough_rows_pass_and_what_else_fails_is_what_it_is(
    code: str, raised: type[Exception]
) -> None:
    failing = Failing(code)
    session: AsyncSession = failing  # type: ignore[assignment]  # as much as is needed
    with pytest.raises(raised):
        await AnalysisRepository(session).similar([0.5], mood=Mood.BAD, limit=1)

    setting, search = failing.sent
    assert setting == "SET LOCAL hnsw.iterative_scan = strict_order"
    assert "WHERE analyses.mood = :mood_1 ORDER BY CAST(analyses.embedding AS vector(64))" in (
        " ".join(search.split())
    )
