"""Signing in, staying signed in, and signing out."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from chassis.accounts.sessions.refresh_tokens import Claim, RefreshTokens
from chassis.database.session import Database
from tests.chassis.accounts.conftest import SignIn
from tests.chassis.accounts.people import KEY, Person, add_user, problem
from tests.support.clients import Client

LONG_AGO = "UPDATE auth_sessions SET rotated_at = now() - interval '1 hour'"


async def test_who_signs_in_gets_tokens_that_open_what_is_guarded(
    client: Client, database: Database
) -> None:
    await add_user(database, "ada@shop.example", ["things:read"])
    ada = Person(client, "Ada@Shop.example")

    response = await ada.sign_in()

    assert response.status_code == 201
    assert response.headers["cache-control"] == "no-store"
    told = response.json()
    assert (told["token_type"], told["expires_in"], told["scope"]) == ("Bearer", 900, "things:read")
    assert told["refresh_token"].startswith("rtoken_")
    assert await ada.status() == 200
    me = await ada.ask("GET", "/v1/auth/me")
    assert me.json()["email"] == "ada@shop.example"
    assert "password" not in me.text


async def test_a_token_says_what_its_user_may_do(signed_in: SignIn) -> None:
    stranger = await signed_in(scopes=[])

    assert await stranger.status() == 403


async def test_a_refresh_gives_new_tokens_of_the_same_session(signed_in: SignIn, sql: Any) -> None:
    ada = await signed_in()
    first = ada.refresh

    response = await ada.renew()

    assert response.status_code == 200
    assert ada.refresh not in {"", first}
    assert await ada.status() == 200
    assert await sql.fetchval("SELECT count(*) FROM auth_sessions") == 1


async def test_of_fifty_refreshes_at_once_with_one_token_all_get_one_successor(
    signed_in: SignIn, sql: Any
) -> None:
    ada = await signed_in()
    token = ada.refresh

    responses = await asyncio.gather(*(ada.renew(token) for _ in range(50)))

    assert {it.status_code for it in responses} == {200}
    assert len({it.json()["refresh_token"] for it in responses}) == 1
    assert await sql.fetchval("SELECT generation FROM auth_sessions") == 1
    assert (await ada.renew()).status_code == 200


async def test_a_token_of_two_refreshes_ago_ends_the_session_although_it_is_refused(
    signed_in: SignIn, sql: Any
) -> None:
    ada = await signed_in()
    stolen = ada.refresh
    await ada.renew()
    await ada.renew()

    response = await ada.renew(stolen)

    assert problem(response) == (401, "session-ended")
    assert await sql.fetchval("SELECT revoked_at FROM auth_sessions") is not None
    assert await ada.status() == 401
    assert problem(await ada.renew()) == (401, "session-ended")


async def test_a_token_that_was_exchanged_before_the_grace_ends_the_session(
    signed_in: SignIn, sql: Any
) -> None:
    ada = await signed_in()
    stolen = ada.refresh
    await ada.renew()
    await sql.execute(LONG_AGO)

    assert problem(await ada.renew(stolen)) == (401, "session-ended")
    assert await ada.status() == 401


async def test_thieves_and_victims_who_refresh_in_turn_are_both_signed_out(
    signed_in: SignIn, client: Client, sql: Any
) -> None:
    ada = await signed_in()
    thief = Person(client, ada.email, ada.access, ada.refresh)
    await thief.renew()
    await sql.execute(LONG_AGO)

    assert problem(await ada.renew()) == (401, "session-ended")
    assert problem(await thief.renew()) == (401, "session-ended")


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE auth_sessions SET expires_at = now()",
        "UPDATE auth_sessions SET revoked_at = now()",
        "UPDATE users SET disabled_at = now()",
        "DELETE FROM auth_sessions",
    ],
)
async def test_a_session_that_ended_is_not_refreshed(
    signed_in: SignIn, sql: Any, change: str
) -> None:
    ada = await signed_in()
    before = ada.refresh
    await ada.renew()
    await sql.execute(change)

    assert problem(await ada.renew()) == (401, "session-ended")
    assert problem(await ada.renew(before)) == (401, "session-ended")


async def test_a_refresh_token_that_is_not_ours_says_no_more_than_one_that_ended(
    signed_in: SignIn,
) -> None:
    ada = await signed_in()
    session_id = RefreshTokens([KEY.encode()]).read(ada.refresh)
    assert session_id is not None
    forged = RefreshTokens([b"another key, of some other service."]).issue(session_id)
    unknown = RefreshTokens([KEY.encode()]).issue(Claim(uuid4(), 0))

    for token in ("", "x", forged, unknown, ada.refresh[:-1] + "\u00e9", ada.access[:200]):
        assert problem(await ada.renew(token or "-")) == (401, "session-ended")
    assert (await ada.renew()).status_code == 200


async def test_signing_out_ends_this_session_and_no_other(
    signed_in: SignIn, client: Client
) -> None:
    ada = await signed_in()
    elsewhere = Person(client, ada.email)
    await elsewhere.sign_in()

    assert (await ada.ask("DELETE", "/v1/auth/sessions/current")).status_code == 204

    assert (await ada.status(), await elsewhere.status()) == (401, 200)
    assert problem(await ada.renew()) == (401, "session-ended")
    assert (await elsewhere.renew()).status_code == 200


async def test_signing_out_everywhere_ends_all_sessions_of_the_user(
    signed_in: SignIn, client: Client
) -> None:
    ada, grace = await signed_in(), await signed_in()
    elsewhere = Person(client, ada.email)
    await elsewhere.sign_in()

    assert (await ada.ask("DELETE", "/v1/auth/sessions")).status_code == 204

    assert (await ada.status(), await elsewhere.status(), await grace.status()) == (401, 401, 200)


async def test_sessions_of_the_past_are_removed_by_new_ones(
    signed_in: SignIn, client: Client, sql: Any
) -> None:
    ada = await signed_in()
    await sql.execute("UPDATE auth_sessions SET expires_at = now() - interval '2 days'")

    await Person(client, ada.email).sign_in()

    assert await sql.fetchval("SELECT count(*) FROM auth_sessions") == 1


async def test_what_a_token_says_does_not_outlast_its_session_where_accounts_change(
    signed_in: SignIn, sql: Any
) -> None:
    """Another process has ended it a moment ago, and this one does not know yet."""
    ada = await signed_in()
    await sql.execute("UPDATE auth_sessions SET revoked_at = now()")

    assert problem(await ada.ask("GET", "/v1/auth/me")) == (401, "invalid-token")
