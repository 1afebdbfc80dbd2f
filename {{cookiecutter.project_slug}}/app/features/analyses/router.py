"""Texts analysed by a language model, over HTTP."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from sqlalchemy.ext.asyncio import AsyncSession

from app.features.analyses.models import Analysis
from app.features.analyses.repository import (
    AnalysisRepository,
    ReadAnalyses,
    SimilarityNotOffered,
)
from app.features.analyses.schemas import AnalysisCreate, AnalysisRead, SimilarQuery, SimilarRead
from app.features.analyses.service import Summary, analysed, embedded
from chassis.llm.problems import (
    AnswerUnfit,
    ModelBudgetSpent,
    ModelBusy,
    ModelFailed,
    ModelTimeout,
    ModelUnavailable,
    PromptTooLong,
)
from chassis.llm.wiring import Caller, CurrentModel
from chassis.problems import NotFound
from chassis.web.conditional import tags
from chassis.web.idempotency import Once
from chassis.web.openapi import Tag, problems
from chassis.web.responses import created
from chassis.web.sessions import CurrentDatabase
from chassis.web.streams.stream import Stream

router = APIRouter(
    prefix="/v1/analyses", tags=[Tag("analyses", "What a language model says of texts.")]
)
ASKED = problems(
    PromptTooLong, ModelBudgetSpent, ModelFailed, ModelBusy, ModelUnavailable, ModelTimeout
)


class _NotAskedYet(Exception):  # noqa: N818  it is no error
    """Undoes a transaction that found no answer to repeat."""


@router.post(
    "",
    status_code=201,
    response_model=AnalysisRead,
    responses=tags(201) | ASKED | problems(AnswerUnfit),
)
async def create_analysis(
    body: AnalysisCreate, model: CurrentModel, caller: Caller, once: Once
) -> Response:
    """With an `Idempotency-Key`, the model is not asked again for what has its answer."""
    found: dict[str, Any] | None = None

    async def store(session: AsyncSession) -> Response:
        if found is None:
            raise _NotAskedYet
        analysis = await AnalysisRepository(session).create(Analysis(**found))
        return created(analysis, AnalysisRead, f"{router.prefix}/{analysis.id}")

    try:
        return await once.run(store)
    except _NotAskedYet:  # outside of the transaction: it would last as long as the answer
        found = await analysed(model, body.text, caller)
    return await once.run(store)


@router.post("/stream", response_class=EventSourceResponse, responses=ASKED)
async def stream_summary(summary: Summary, stream: Stream) -> AsyncIterator[ServerSentEvent]:
    """A summary as it is written, not stored: events `delta`, then `done` or `error`."""
    async for event in stream(deltas(summary), finishing=True):
        yield event


async def deltas(pieces: AsyncIterator[str]) -> AsyncIterator[ServerSentEvent]:
    async for piece in pieces:
        yield ServerSentEvent(event="delta", data={"text": piece})


@router.post("/similar", responses=ASKED | problems(SimilarityNotOffered))
async def find_similar(
    query: SimilarQuery, model: CurrentModel, caller: Caller, database: CurrentDatabase
) -> SimilarRead:
    """Analyses of texts that are about the same."""
    near = await embedded(model, query.text, caller)
    async with database.transaction() as session:
        analyses = AnalysisRepository(session)
        found = await analyses.similar(near, mood=query.mood, limit=query.limit)
        return SimilarRead.model_validate({"items": found})


@router.get("/{analysis_id}", response_model=AnalysisRead, responses=problems(NotFound))
async def get_analysis(analysis_id: UUID, analyses: ReadAnalyses) -> Analysis:
    """The text and what was found in it."""
    return await analyses.get(analysis_id)
