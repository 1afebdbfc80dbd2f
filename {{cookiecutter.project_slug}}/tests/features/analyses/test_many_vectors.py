"""Many vectors: they come by COPY and from files, and an index misses none that a filter leaves."""

import io
import re
from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg
import pytest
from pydantic import BaseModel
from sqlalchemy import select, text

from app.features.analyses import repository
from app.features.analyses.models import Analysis, Mood
from app.features.analyses.repository import AnalysisRepository
from chassis.csv_files.exporting import export
from chassis.csv_files.importing import Import
from chassis.csv_files.resource import Resource
from chassis.database.bulk import Row
from chassis.database.session import Database
from tests.features.analyses.conftest import analysis
from tests.support.composition import PROJECT
from tools.llm_stub.answers import vector

SOUGHT = vector("lamp")
PLAN = text("EXPLAIN SELECT id FROM analyses ORDER BY " + repository.DISTANCE.text + " LIMIT 10")
NO_SORT = text("SET LOCAL enable_sort = off")  # few rows are sorted sooner than looked up


class AnalysisLine(BaseModel):
    text: str
    summary: str
    mood: Mood
    topics: list[str]
    embedding: list[float]


async def rows() -> AsyncIterator[list[Row]]:
    """A thousand are nearer to what is sought than the ten in another mood."""
    yield [analysis(f"lamp {n % 50} {n // 50}") for n in range(1_000)]
    yield [analysis(f"the lamp is over there by the wall {n}", Mood.BAD) for n in range(10)]


@pytest.fixture
async def _copied(database: Database) -> None:
    async with database.transaction() as session:
        assert await AnalysisRepository(session).copy(rows()) == 1_010


@pytest.fixture
async def _indexed(_copied: None, with_vectors: str) -> AsyncIterator[None]:
    """As the page says."""
    page = (PROJECT / "docs/language-models.md").read_text(encoding="utf-8")
    (statement,) = re.findall(r"```sql\n(CREATE INDEX .*)\n```", page)
    connection = await asyncpg.connect(with_vectors)
    await connection.execute(statement)
    yield
    await connection.execute("DROP INDEX analyses_near")
    await connection.close()


async def in_another_mood(database: Database) -> int:
    """How many of ten are found."""
    async with database.transaction() as session:
        await session.execute(NO_SORT)
        plan = (await session.scalars(PLAN, {"near": str(SOUGHT)})).all()
        assert any("using analyses_near" in line for line in plan), plan
        found = await AnalysisRepository(session).similar(SOUGHT, mood=Mood.BAD, limit=10)
        return len(found)


@pytest.mark.usefixtures("_copied")
async def test_without_an_index_all_are_looked_at(database: Database) -> None:
    async with database.transaction() as session:
        found = await AnalysisRepository(session).similar(SOUGHT, mood=Mood.BAD, limit=10)

    assert len(found) == 10


@pytest.mark.usefixtures("_indexed")
async def test_with_one_the_search_goes_on_until_the_filter_has_enough(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await in_another_mood(database) == 10

    once = text("SET LOCAL hnsw.iterative_scan = off")
    monkeypatch.setattr(repository, "KEEP_SEARCHING", once)
    assert await in_another_mood(database) == 0


@pytest.mark.usefixtures("_copied")
async def test_a_file_brings_them_too(database: Database) -> None:
    analyses, file = Resource("analyses", Analysis, AnalysisLine), io.BytesIO()
    assert await export(database, analyses, file, lambda *_: None) == 1_010
    before = await stored(database)
    async with database.transaction() as session:
        await session.execute(text("TRUNCATE analyses"))

    file.seek(0)
    assert await Import(analyses, file).run(database, lambda *_: None) == 1_010

    assert await stored(database) == before


async def stored(database: Database) -> list[tuple[UUID, list[float]]]:
    statement = select(Analysis.id, Analysis.embedding).order_by(Analysis.id)
    async with database.transaction() as session:
        return [(id_, embedding) for id_, embedding in await session.execute(statement)]
