"""Questions in plain words over HTTP."""

from fastapi import APIRouter

from app.features.questions.schemas import AnswerRead, QuestionCreate
from chassis.problems import InvalidRequest
from chassis.select_ai.problems import (
    SelectAIBusy,
    SelectAIFailed,
    SelectAITimeout,
    SelectAIUnavailable,
)
from chassis.select_ai.questions import checked
from chassis.select_ai.wiring import CurrentSelectAI
from chassis.web.openapi import Tag, problems

router = APIRouter(
    prefix="/v1/questions",
    tags=[Tag("questions", "Asked in plain words, answered by an Oracle database.")],
)


@router.post(
    "",
    responses=problems(
        InvalidRequest, SelectAIFailed, SelectAIBusy, SelectAIUnavailable, SelectAITimeout
    ),
)
async def ask_question(body: QuestionCreate, select_ai: CurrentSelectAI) -> AnswerRead:
    """The answer comes whole; it is not stored."""
    profile = checked(select_ai.settings, body.question, body.profile)
    answer = await select_ai.ask(body.question, body.action, profile)
    return AnswerRead(action=body.action, profile=profile, answer=answer)
