"""A client never sees a success that was not stored: COMMIT comes before the response."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from httpx import AsyncClient

from tests.chassis.database.asking import assert_problem
from tests.chassis.database.marking import AT_COMMIT
from tests.support.serving import PATIENCE, serving


@pytest.fixture
async def marks(scratch: Any) -> Any:
    await scratch.execute("CREATE TABLE scratch.marks (id int)")
    return scratch


@pytest.fixture
async def served(database_url: str) -> AsyncIterator[AsyncClient]:
    """A client of the service in a process of its own."""
    with serving(
        "tests.chassis.database.marking:create_marking_app", env={"DATABASE_URL": database_url}
    ) as it:
        async with AsyncClient(base_url=it.url, timeout=PATIENCE) as client:
            yield client


async def test_what_fails_at_commit_is_no_success(marks: Any, served: AsyncClient) -> None:
    await marks.execute(AT_COMMIT.format(action="RAISE unique_violation"))

    response = await served.post("/marks/1")

    assert_problem(response, 409, "already-exists")
    assert await marks.fetchval("SELECT count(*) FROM scratch.marks") == 0


async def test_a_failure_at_commit_does_not_spoil_the_next_request_on_its_connection(
    marks: Any, served: AsyncClient
) -> None:
    await marks.execute(AT_COMMIT.format(action="RAISE unique_violation"))
    assert (await served.post("/marks/1")).status_code == 409
    await marks.execute("DROP TRIGGER at_commit ON scratch.marks")

    assert (await served.post("/marks/2")).status_code == 201


async def test_what_was_created_can_be_read_at_once(marks: Any, served: AsyncClient) -> None:
    await marks.execute(AT_COMMIT.format(action="PERFORM pg_sleep(0.05)"))

    for key in range(30):
        assert (await served.post(f"/marks/{key}")).status_code == 201
        assert (await served.get(f"/marks/{key}")).status_code == 200
