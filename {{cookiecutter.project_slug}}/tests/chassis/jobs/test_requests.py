"""What a request enqueues is done when the request is committed, and never otherwise."""

from typing import Any, Literal

import pytest
from fastapi import APIRouter, FastAPI
from sqlalchemy import text

from chassis.jobs import enqueue, job
from chassis.problems import Conflict
from chassis.web.sessions import CurrentDatabase, Session
from tests.chassis.jobs.conftest import MakeWorker
from tests.chassis.jobs.doing import effects, leave_effect, working
from tests.support.clients import Client
from tests.support.eventually import eventually

effect = job(name="effect")(leave_effect)
router = APIRouter()

How = Literal["kept", "refused", "broken", "cut off", "not answered"]
CUT_OFF = text("SELECT pg_terminate_backend(pg_backend_pid())")


@router.post("/ends/{how}")
async def end(how: How, session: Session) -> int:
    await enqueue(session, effect, number=1)
    match how:
        case "refused":
            raise Conflict
        case "broken":
            raise LookupError
        case "cut off":
            await session.execute(CUT_OFF)
        case "not answered":
            return how  # type: ignore[return-value]  # that is the fault: it is no number
    return 1


@router.post("/conflicts")
async def conflict(database: CurrentDatabase) -> int:
    """Its transaction loses a conflict, and is done again from the start."""
    attempts = 0

    async def work(session: Any) -> int:
        nonlocal attempts
        attempts += 1
        await enqueue(session, effect, number=attempts)
        if attempts == 1:
            await session.execute(text("DO $$ BEGIN RAISE SQLSTATE '40001'; END $$"))
        return attempts

    return await database.run(work)


@pytest.fixture
async def client(client: Client, app: FastAPI) -> Client:
    app.include_router(router)
    return client


@pytest.mark.parametrize(
    ("how", "status"), [("refused", 409), ("broken", 500), ("cut off", 503), ("not answered", 500)]
)
async def test_nothing_is_done_of_a_request_that_was_rolled_back(
    client: Client, make_worker: MakeWorker, sql: Any, how: str, status: int
) -> None:
    """Though a worker looks for jobs all the time."""
    async with working(make_worker(effect)):
        assert (await client.post(f"/ends/{how}")).status_code == status
        assert await sql.fetchval("SELECT count(*) FROM jobs") == 0
        assert (await client.post("/ends/kept")).status_code == 200
        await eventually(lambda: effects(sql))

    assert await effects(sql) == [1]


async def test_a_request_that_is_done_again_enqueues_once(
    client: Client, make_worker: MakeWorker, sql: Any
) -> None:
    assert (await client.post("/conflicts")).json() == 2

    await make_worker(effect).once()

    assert await effects(sql) == [2]
