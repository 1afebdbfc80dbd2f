"""The analyses table."""

from enum import StrEnum

from sqlalchemy import REAL, CheckConstraint, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from chassis.database.model import Entity, text_enum

DIMENSIONS = 64
"""Numbers of a vector, as LLM_EMBEDDING_MODEL makes them: change both together, and the rows."""


class Mood(StrEnum):
    GOOD = "good"
    NEUTRAL = "neutral"
    BAD = "bad"


class Analysis(Entity):
    __tablename__ = "analyses"
    __table_args__ = (
        CheckConstraint(f"cardinality(embedding) = {DIMENSIONS}", name="embedding_dimensions"),
    )

    text: Mapped[str]
    summary: Mapped[str]
    mood: Mapped[Mood] = mapped_column(text_enum(Mood))
    topics: Mapped[list[str]] = mapped_column(ARRAY(Text))
    embedding: Mapped[list[float]] = mapped_column(ARRAY(REAL))
    """An array and no `vector`: it is stored, copied and compared without the extension."""
