"""A POST that fails keeps no key; one whose outcome is unknown is done once all the same."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.problems import Conflict, InternalError
from tests.chassis.database.asking import assert_problem
from tests.chassis.database.idempotency.keeping import Turn, keep
from tests.chassis.database.idempotency.posting import answer, is_replay, kept, made, post
from tests.chassis.database.marking import AT_COMMIT
from tests.chassis.database.terminating import terminate_sleeping
from tests.chassis.database.wire import Wire, wire_to
from tests.support.clients import Client, client_of
from tests.support.composition import StartApp
from tests.support.settings import make_settings

RAISE = "DO $$BEGIN RAISE 'made on purpose' USING ERRCODE = '{}'; END$$"


@pytest.mark.parametrize("error", [Conflict(), InternalError(), RuntimeError()])
async def test_what_failed_is_undone_with_its_key_and_done_when_sent_again(
    client: Client, marks: Any, turn: Turn, error: Exception
) -> None:
    async def fail(_: AsyncSession) -> None:
        raise error

    turn.steps = [fail, fail]
    for _ in range(2):
        assert (await post(client)).status_code == getattr(error, "status", 500)
        assert (await made(marks), await kept(marks)) == (0, 0)

    assert not is_replay(done := await post(client, body=b"y"))
    assert done.status_code == 201


async def test_what_fails_at_commit_frees_the_key(client: Client, marks: Any) -> None:
    await marks.execute(AT_COMMIT.format(action="RAISE unique_violation"))
    assert (await post(client)).status_code == 409
    await marks.execute("DROP TRIGGER at_commit ON scratch.marks")

    assert not is_replay(done := await post(client))
    assert done.status_code == 201


async def test_work_that_runs_again_is_stored_once(client: Client, marks: Any, turn: Turn) -> None:
    async def fail(session: AsyncSession) -> None:
        await session.execute(text(RAISE.format("40001")))

    turn.steps = [fail, fail]
    first = await post(client)

    assert first.content == b"a 3 \xe9"  # two numbers went to what was rolled back
    assert answer(await post(client)) == answer(first)
    assert (await made(marks), await kept(marks)) == (1, 1)


async def test_a_statement_that_fails_otherwise_is_no_request_in_progress(
    client: Client, marks: Any
) -> None:
    await marks.execute("ALTER TABLE idempotency_keys RENAME TO moved")
    try:
        assert_problem(await post(client), 500, "internal-error")
    finally:
        await marks.execute("ALTER TABLE moved RENAME TO idempotency_keys")


async def test_sent_again_after_a_commit_that_was_broken_off_it_is_done(
    client: Client, marks: Any
) -> None:
    await marks.execute(AT_COMMIT.format(action="PERFORM pg_sleep(30)"))
    unknown, _ = await asyncio.gather(post(client), terminate_sleeping(marks))
    assert_problem(unknown, 503, "outcome-unknown", retry_after="1")
    await marks.execute("DROP TRIGGER at_commit ON scratch.marks")

    assert not is_replay(done := await post(client))
    assert (done.status_code, await made(marks)) == (201, 1)


@pytest.fixture
async def wire(database_url: str) -> AsyncIterator[Wire]:
    server = urlsplit(database_url)
    async with wire_to(str(server.hostname), server.port or 5432) as wire:
        yield wire


async def test_sent_again_after_a_commit_whose_answer_was_lost_it_is_not_done_again(
    marks: Any, start_app: StartApp, database_url: str, wire: Wire
) -> None:
    url = database_url.replace(f":{urlsplit(database_url).port}/", f":{wire.port}/")
    app = await start_app(make_settings(database={"url": url}))
    keep(app)
    async with client_of(app) as client:
        wire.last_words = b"COMMIT"
        assert_problem(await post(client), 503, "outcome-unknown", retry_after="1")
        wire.last_words = None

        again = await post(client)

    assert (again.content, is_replay(again)) == (b"a 1 \xe9", True)
    assert await made(marks) == 1
