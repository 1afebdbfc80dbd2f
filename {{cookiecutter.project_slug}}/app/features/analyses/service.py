"""What the language model is asked about a text."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends

from app.features.analyses.models import DIMENSIONS
from app.features.analyses.schemas import AnalysisCreate, Findings
from chassis.llm.messages import Message
from chassis.llm.problems import AnswerUnfit
from chassis.llm.wiring import Caller, CurrentModel
from chassis.web.streams.beginning import begun
from chassis.web.streams.gathering import gathered

if TYPE_CHECKING:
    from chassis.llm.model import LanguageModel

ANALYSE = "Say what this text is about, in which mood it was written, and its topics."
SUMMARISE = "Summarise this text in a few sentences."


def about(text: str, task: str) -> list[Message]:
    """The task is ours, the text a stranger's: it may say "ignore that", so believe no answer."""
    return [Message("system", task), Message("user", text)]


async def analysed(model: "LanguageModel", text: str, caller: str) -> dict[str, Any]:
    """The values of an analysis. No connection to the database is held. Raises a Problem."""
    findings = await model.answer(about(text, ANALYSE), Findings, caller=caller)
    embedding = await embedded(model, text, caller)
    return {"text": text, "embedding": embedding, **findings.model_dump()}


async def embedded(model: "LanguageModel", text: str, caller: str) -> list[float]:
    (embedding,) = await model.embed([text], caller=caller)
    if len(embedding) != DIMENSIONS:
        raise AnswerUnfit
    return embedding


async def _summary(
    body: AnalysisCreate, model: CurrentModel, caller: Caller
) -> AsyncIterator[AsyncIterator[str]]:
    pieces = model.stream(about(body.text, SUMMARISE), caller=caller)
    async with begun(gathered(pieces)) as summary:
        yield summary


Summary = Annotated[AsyncIterator[str], Depends(_summary)]
"""Pieces of a summary, of which the first is there: until then, what fails has a status."""
