"""What clients send and get."""

from typing import Annotated

from pydantic import Field

from chassis.select_ai.actions import Action
from chassis.web.types import Input, Name, Output, Text


class QuestionCreate(Input):
    question: Annotated[Text, Field(min_length=1, max_length=1_000_000)]
    """In plain words; SELECT_AI_MAX_PROMPT_CHARS is the real bound."""
    action: Action = Action.NARRATE
    """`narrate` asks the database and tells what it found, `showsql` and `explainsql` tell how it
    would be asked, `chat` asks the language model alone."""
    profile: Name | None = None
    """One of SELECT_AI_PROFILES; the first, unless it is named."""


class AnswerRead(Output):
    action: Action
    profile: str
    answer: str
