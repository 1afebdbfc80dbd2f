"""Signing in, staying signed in, and signing out."""

import asyncio
from typing import Any

from chassis.database.session import Database
from tests.chassis.accounts.conftest import SignIn
from tests.chassis.accounts.people import Person, add_user, problem
from tests.support.clients import Client

OTHER_PASSWORD = "another horse, another battery"


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


async def test_a_token_that_was_exchanged_long_ago_ends_the_session_although_it_is_refused(
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
