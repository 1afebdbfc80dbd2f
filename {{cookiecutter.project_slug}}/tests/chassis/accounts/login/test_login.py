"""What signing in tells, how often it may fail, and what a storm of it does."""

import asyncio
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI

from chassis.database.session import Database
from chassis.settings import Settings
from tests.chassis.accounts.hashing import Hashing
from tests.chassis.accounts.people import PASSWORD, Person, add_user, problem
from tests.support.clients import Client, client_of
from tests.support.composition import ReadLog, StartApp
from tests.support.eventually import eventually

OF_EACH = {"request_id", "trace_id"}
WRONG = "wrong horse, wrong battery"


@pytest.fixture
def auth() -> dict[str, Any]:
    return {"login_failures": 3, "login_failures_of_address": 8, "hashes_waiting": 20}


def told(response: httpx.Response) -> tuple[Any, ...]:
    """All that a stranger sees, but what is of each request."""
    body = {name: value for name, value in response.json().items() if name not in OF_EACH}
    headers = {k: v for k, v in response.headers.items() if not k.startswith(("x-re", "trace"))}
    return response.status_code, body, headers


async def test_an_unknown_user_a_wrong_password_and_a_disabled_user_look_the_same(
    client: Client, database: Database, hashing: Hashing, sql: Any, read_log: ReadLog
) -> None:
    """To a clock too, for it is the same work; the benchmarks of the template take the time."""
    for name in ("ada", "eve"):
        await add_user(database, f"{name}@shop.example")
    await sql.execute("UPDATE users SET disabled_at = now() WHERE email = 'eve@shop.example'")
    ada, eve, nobody = (Person(client, f"{it}@shop.example") for it in ("ada", "eve", "bob"))

    answers = [await ada.sign_in(WRONG), await nobody.sign_in(WRONG), await eve.sign_in(PASSWORD)]

    assert problem(answers[0]) == (401, "invalid-credentials")
    assert answers[0].headers["www-authenticate"] == "Bearer"
    assert told(answers[0]) == told(answers[1]) == told(answers[2])
    assert [it.rpartition("$")[0].rpartition("$")[0] for it in hashing.verified] == [
        "$argon2id$v=19$m=19456,t=2,p=1"
    ] * 3
    queries = [line["queries"] for line in read_log("request")]
    assert queries == [queries[0]] * 3


async def test_an_account_is_closed_for_a_while_when_too_many_attempts_failed(
    client: Client, database: Database, hashing: Hashing, sql: Any
) -> None:
    await add_user(database, "ada@shop.example")
    for name in ("ada@shop.example", "nobody@shop.example"):
        person = Person(client, name)
        for _ in range(3):
            assert (await person.sign_in(WRONG)).status_code == 401
        asked = len(hashing.verified)

        refused = await person.sign_in(PASSWORD)

        assert problem(refused) == (429, "too-many-failures")
        assert 0 < int(refused.headers["retry-after"]) <= 300
        assert len(hashing.verified) == asked
    await sql.execute("UPDATE login_failures SET ends_at = now()")
    assert (await Person(client, "ada@shop.example").sign_in()).status_code == 201


async def test_an_address_is_refused_when_it_tries_too_many_accounts(
    client: Client, app: FastAPI, database: Database
) -> None:
    await add_user(database, "ada@shop.example")
    for number in range(8):
        await Person(client, f"user{number}@shop.example").sign_in(WRONG)

    refused = await Person(client, "ada@shop.example").sign_in()
    transport = httpx.ASGITransport(app, client=("203.0.113.7", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as elsewhere:
        taken = await Person(elsewhere, "ada@shop.example").sign_in()

    assert problem(refused) == (429, "too-many-failures")
    assert taken.status_code == 201


async def test_who_signs_in_is_not_counted(client: Client, database: Database, sql: Any) -> None:
    await add_user(database, "ada@shop.example")
    ada = Person(client, "ada@shop.example")
    for _ in range(4):
        await ada.sign_in(WRONG)
        await ada.sign_in(WRONG)
        assert (await ada.sign_in()).status_code == 201
        await sql.execute("UPDATE login_failures SET failures = 0")


async def test_a_hundred_attempts_at_once_are_no_more_than_a_few(
    client: Client, database: Database, hashing: Hashing
) -> None:
    await add_user(database, "ada@shop.example")
    ada = Person(client, "ada@shop.example")

    await asyncio.gather(*(ada.sign_in(WRONG) for _ in range(20)))

    assert len(hashing.verified) == 3


async def test_counts_of_the_past_are_removed(client: Client, sql: Any) -> None:
    await Person(client, "ada@shop.example").sign_in(WRONG)
    await sql.execute("UPDATE login_failures SET ends_at = now()")

    await Person(client, "bob@shop.example").sign_in(WRONG)

    assert await sql.fetchval("SELECT count(*) FROM login_failures WHERE ends_at <= now()") == 0


async def test_a_hash_with_old_parameters_is_made_anew(
    client: Client, database: Database, sql: Any
) -> None:
    user = await add_user(database, "ada@shop.example")
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    await sql.execute("UPDATE users SET password_hash = $1", cheap)
    ada = Person(client, user.email)

    both = await asyncio.gather(ada.sign_in(), Person(client, user.email).sign_in())

    assert [it.status_code for it in both] == [201, 201]
    assert "m=19456,t=2" in await sql.fetchval("SELECT password_hash FROM users")
    assert (await ada.sign_in()).status_code == 201


@pytest.mark.parametrize("change", ["disabled_at = now()", "password_set_at = now()"])
async def test_who_is_disabled_while_the_password_is_verified_is_not_signed_in(
    client: Client, database: Database, hashing: Hashing, sql: Any, change: str
) -> None:
    await add_user(database, "ada@shop.example")
    hashing.may_begin.clear()
    signing_in = asyncio.create_task(Person(client, "ada@shop.example").sign_in())
    await eventually(lambda: hashing.verified)

    await sql.execute(f"UPDATE users SET {change}")
    hashing.may_begin.set()

    assert problem(await signing_in) == (401, "invalid-credentials")
    assert await sql.fetchval("SELECT count(*) FROM auth_sessions") == 0


async def test_a_storm_of_logins_is_answered_with_503_beyond_the_queue(
    start_app: StartApp, settings: Settings, hashing: Hashing, sql: Any
) -> None:
    generous = {"login_failures": 1_000, "login_failures_of_address": 1_000}
    auth = settings.auth.model_copy(update=generous)
    app = await start_app(settings.model_copy(update={"auth": auth}))
    await add_user(app.state.database, "ada@shop.example")
    async with client_of(app) as client:
        hashing.may_begin.clear()
        storm = [
            asyncio.create_task(Person(client, "ada@shop.example").sign_in()) for _ in range(200)
        ]
        await eventually(lambda: sum(it.done() for it in storm), lambda ended: ended == 178)
        refused = [it.result() for it in storm if it.done()]
        hashing.may_begin.set()
        answers = await asyncio.gather(*storm)

    assert {problem(it) for it in refused} == {(503, "too-busy")}
    assert {it.headers["retry-after"] for it in refused} == {"1"}
    assert sorted(it.status_code for it in answers) == [201] * 22 + [503] * 178
    assert hashing.most_at_once == 2
    # Who is refused has not tried: nothing is counted, and nobody is locked out by a storm.
    assert await sql.fetchval("SELECT max(failures) FROM login_failures") in {None, 0}
