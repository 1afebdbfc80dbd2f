"""A client never sees a success that was not stored: COMMIT comes before the response."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from httpx import AsyncClient
from sqlalchemy import text

from app.database.session import ReadSession, Session
from app.main import create_app
from tests.database.asking import assert_problem
from tests.serving import serving

router = APIRouter(prefix="/marks/{key}")

AT_COMMIT = """
    CREATE FUNCTION scratch.at_commit() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN {action}; RETURN NULL; END $$;
    CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON scratch.marks
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION scratch.at_commit();
"""


@router.post("", status_code=201)
async def create(key: int, session: Session) -> int:
    await session.execute(text("INSERT INTO scratch.marks VALUES (:key)"), {"key": key})
    return key


@router.get("")
async def read(key: int, session: ReadSession) -> int:
    found = await session.execute(
        text("SELECT id FROM scratch.marks WHERE id = :key"), {"key": key}
    )
    mark: int = found.scalar_one()
    return mark


@pytest.fixture
async def marks(scratch: Any) -> Any:
    await scratch.execute("CREATE TABLE scratch.marks (id int)")
    return scratch


def marking() -> FastAPI:
    app = create_app()
    app.include_router(router)
    return app


@pytest.fixture
async def served(marks: Any, database_url: str) -> AsyncIterator[AsyncClient]:
    """A client of the service in a process of its own."""
    with serving("tests.database.test_commit:marking", env={"DATABASE_URL": database_url}) as it:
        async with AsyncClient(base_url=it.url) as client:
            yield client


async def test_what_fails_at_commit_is_no_success(marks: Any, served: AsyncClient) -> None:
    await marks.execute(AT_COMMIT.format(action="RAISE unique_violation"))

    response = await served.post("/marks/1")

    assert_problem(response, 409, "already-exists")
    assert await marks.fetchval("SELECT count(*) FROM scratch.marks") == 0


async def test_what_was_created_can_be_read_at_once(marks: Any, served: AsyncClient) -> None:
    await marks.execute(AT_COMMIT.format(action="PERFORM pg_sleep(0.05)"))

    for key in range(30):
        assert (await served.post(f"/marks/{key}")).status_code == 201
        assert (await served.get(f"/marks/{key}")).status_code == 200
