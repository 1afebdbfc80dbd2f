"""What clients send and get, and what the model has to answer."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from app.features.analyses.models import Mood
from chassis.web.types import Input, Output, Text

LONGEST = 100_000


class Findings(BaseModel):
    """The form of the model's answer. What it says is text of a stranger: bounded, and no more."""

    summary: Annotated[Text, Field(min_length=1, max_length=2_000)]
    mood: Mood
    topics: Annotated[list[Annotated[Text, Field(max_length=100)]], Field(max_length=10)]


class AnalysisCreate(Input):
    text: Annotated[Text, Field(min_length=1, max_length=LONGEST)]
    """LLM_MAX_PROMPT_CHARS is the real bound."""


class AnalysisRead(Output):
    id: UUID
    text: str
    summary: str
    mood: Mood
    topics: list[str]
    created_at: datetime


class SimilarQuery(Input):
    text: Annotated[Text, Field(min_length=1, max_length=LONGEST)]
    """What they should be about."""
    mood: Mood | None = None
    limit: Annotated[int, Field(ge=1, le=100)] = 10


class SimilarRead(Output):
    items: list[AnalysisRead]
    """The nearest first."""
