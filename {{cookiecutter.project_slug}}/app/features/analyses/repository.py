"""Queries on analyses, that by likeness among them."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import Depends
from sqlalchemy import ColumnElement, select, text
from sqlalchemy.exc import DBAPIError

from app.features.analyses.models import DIMENSIONS, Analysis, Mood
from chassis.database.failures import sqlstate
from chassis.database.repository import Repository
from chassis.problems import Problem
from chassis.web.sessions import for_reads

UNDEFINED_OBJECT = "42704"
# Searches through an index go on until enough rows pass the filter; without one, nothing is missed.
KEEP_SEARCHING = text("SET LOCAL hnsw.iterative_scan = strict_order")
VECTOR = f"vector({DIMENSIONS})"  # as an index has to be made on it: docs/language-models.md
DISTANCE = text(f"CAST(analyses.embedding AS {VECTOR}) <=> CAST(:near AS {VECTOR})")


class SimilarityNotOffered(Problem):
    status = 501
    type = "/problems/similarity-not-offered"
    title = "No search by likeness"
    detail = "The database of this service cannot compare vectors."


class AnalysisRepository(Repository[Analysis]):
    model = Analysis

    async def similar(
        self, embedding: Sequence[float], *, mood: Mood | None, limit: int
    ) -> Sequence[Analysis]:
        """The nearest first. Raises SimilarityNotOffered where pgvector is missing."""
        where: list[ColumnElement[bool]] = [] if mood is None else [Analysis.mood == mood]
        statement = select(Analysis).where(*where).order_by(DISTANCE).limit(limit)
        near = "[" + ",".join(map(repr, embedding)) + "]"
        await self.session.execute(KEEP_SEARCHING)
        try:
            return (await self.session.scalars(statement, {"near": near})).all()
        except DBAPIError as error:
            if sqlstate(error) == UNDEFINED_OBJECT:
                raise SimilarityNotOffered from error
            raise


ReadAnalyses = Annotated[AnalysisRepository, Depends(for_reads(AnalysisRepository))]
