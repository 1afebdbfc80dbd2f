"""What is sent again with its key is done once, and answered the same."""

from typing import Any

import pytest

from tests.chassis.database.asking import assert_problem
from tests.chassis.database.idempotency.posting import (
    KEY,
    NAME,
    answer,
    is_replay,
    kept,
    made,
    post,
)
from tests.support.clients import Client


async def test_what_is_sent_again_is_done_once_and_answered_the_same(
    client: Client, marks: Any
) -> None:
    first = await post(client)
    again = await post(client)

    assert (first.status_code, first.content) == (201, b"a 1 \xe9")
    assert len(first.headers.get_list("set-cookie")) == 2
    assert answer(again) == answer(first)
    assert (is_replay(first), is_replay(again)) == (False, True)
    assert again.headers["x-request-id"] != first.headers["x-request-id"]
    assert await made(marks) == 1


async def test_without_a_key_all_is_done_each_time_and_nothing_kept(
    client: Client, marks: Any
) -> None:
    for number in (1, 2):
        response = await client.post("/marks/a")
        assert response.headers["location"] == f"/marks/{number}"

    assert await kept(marks) == 0


async def test_a_key_in_quotes_is_the_same_key(client: Client, marks: Any) -> None:
    await post(client)

    assert is_replay(await post(client, headers={NAME: f'"{KEY[NAME]}"'}))
    assert await made(marks) == 1


@pytest.mark.parametrize(("path", "body"), [("/marks/a", b"y"), ("/marks/a?fast=1", b"x")])
async def test_a_key_that_comes_with_another_request_is_refused(
    client: Client, marks: Any, path: str, body: bytes
) -> None:
    await post(client)

    assert_problem(await post(client, path, body), 422, "idempotency-key-reused")
    assert await made(marks) == 1
    assert is_replay(await post(client))


async def test_clients_and_paths_have_keys_of_their_own(client: Client, marks: Any) -> None:
    responses = [
        await post(client),
        await post(client, "/marks/b"),
        await post(client, headers=KEY | {"Authorization": "Bearer one"}),
        await post(client, headers=KEY | {"Authorization": "Bearer two"}),
    ]

    assert [response.headers["location"][-1] for response in responses] == ["1", "2", "3", "4"]
    assert is_replay(await post(client, headers=KEY | {"Authorization": "Bearer two"}))
