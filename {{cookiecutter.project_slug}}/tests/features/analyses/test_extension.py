"""The migration creates the extension, or says who must."""

import asyncio
from urllib.parse import urlsplit

import asyncpg
import pytest

from tests.composition import migrate

ROLE = "of_the_service"
HAS_IT = "SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'vector')"


def ask(url: str, *statements: str) -> object:
    """What the last one finds."""

    async def run() -> object:
        connection = await asyncpg.connect(url)
        try:
            return [await connection.fetchval(it) for it in statements][-1]
        finally:
            await connection.close()

    return asyncio.run(run())


@pytest.fixture
def of_the_service(with_vectors: str) -> str:
    """A database of a role that may do with it what it likes, but is no superuser."""
    ask(
        with_vectors,
        f"CREATE ROLE {ROLE} LOGIN PASSWORD 'secret'",
        f"CREATE DATABASE {ROLE} OWNER {ROLE}",
    )
    place = urlsplit(with_vectors)
    return f"postgresql://{ROLE}:secret@{place.hostname}:{place.port}/{ROLE}"


def test_a_superuser_creates_it_on_the_way(with_vectors: str) -> None:
    assert ask(with_vectors, HAS_IT)


def test_who_may_not_is_told_who_must_and_all_else_is_migrated(
    of_the_service: str, capsys: pytest.CaptureFixture[str]
) -> None:
    migrate(of_the_service)

    assert "a superuser has to run: CREATE EXTENSION vector" in capsys.readouterr().out
    assert not ask(of_the_service, HAS_IT)
    assert ask(of_the_service, "SELECT count(*) FROM analyses") == 0
