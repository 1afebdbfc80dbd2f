"""Administrators see and change users; others do not, and registration is off."""

from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI

from chassis.settings import Settings
from tests.chassis.accounts.conftest import SignIn
from tests.chassis.accounts.people import PASSWORD, Person, problem
from tests.support.callers import acting_as
from tests.support.clients import Client, client_of
from tests.support.composition import StartApp

ADMIN = ["users:admin"]
NEW_USER = {"email": "Bob@Shop.example", "password": PASSWORD}


async def id_of(person: Person) -> str:
    return str((await person.ask("GET", "/v1/auth/me")).json()["id"])


async def test_an_administrator_makes_users_who_may_do_nothing_yet(
    signed_in: SignIn, client: Client
) -> None:
    admin = await signed_in(ADMIN)

    made = await admin.ask("POST", "/v1/users", json=NEW_USER)

    assert made.status_code == 201
    assert (made.json()["email"], made.json()["scopes"]) == ("bob@shop.example", [])
    read = await admin.ask("GET", made.headers["location"])
    assert read.json() == made.json()
    etag = {"If-None-Match": read.headers["etag"]}
    assert (await admin.ask("GET", made.headers["location"], headers=etag)).status_code == 304
    bob = Person(client, "bob@shop.example")
    assert (await bob.sign_in()).status_code == 201
    again = await admin.ask("POST", "/v1/users", json=NEW_USER)
    assert problem(again) == (409, "already-exists")


async def test_an_administrator_lists_users(signed_in: SignIn) -> None:
    admin, ada = await signed_in(ADMIN), await signed_in()

    all_of_them = await admin.ask("GET", "/v1/users", params={"sort": "-email", "limit": 1})
    one = await admin.ask("GET", "/v1/users", params={"email": ada.email})

    assert [it["email"] for it in all_of_them.json()["items"]] == [ada.email]
    assert "cursor=" in all_of_them.headers["link"]
    assert [it["email"] for it in one.json()["items"]] == [ada.email]
    assert "password" not in one.text


async def test_others_are_told_which_scope_it_takes(signed_in: SignIn, client: Client) -> None:
    ada = await signed_in()
    path = f"/v1/users/{await id_of(ada)}"

    for method, place in (("GET", "/v1/users"), ("POST", "/v1/users"), ("GET", path)):
        refused = await ada.ask(method, place, **({"json": NEW_USER} if method == "POST" else {}))
        assert problem(refused) == (403, "forbidden")
        assert 'scope="users:admin"' in refused.headers["www-authenticate"]
    patched = await ada.ask("PATCH", path, json={"scopes": ["users:admin"]})
    assert problem(patched) == (403, "forbidden")
    stranger = await client.post("/v1/users", json=NEW_USER)
    assert problem(stranger) == (401, "unauthenticated")


async def test_anybody_registers_where_that_is_switched_on(
    start_app: StartApp, settings: Settings
) -> None:
    auth = settings.auth.model_copy(update={"registration": True})
    app = await start_app(settings.model_copy(update={"auth": auth}))
    async with client_of(app) as client:
        made = await client.post("/v1/users", json=NEW_USER)
        bob = Person(client, "bob@shop.example")

        assert made.status_code == 201
        assert (await bob.sign_in()).status_code == 201
        assert problem(await bob.ask("GET", "/v1/users")) == (403, "forbidden")


async def test_a_disabled_user_is_out_at_once_and_in_again_when_enabled(
    signed_in: SignIn,
) -> None:
    admin, ada = await signed_in(ADMIN), await signed_in()
    path = f"/v1/users/{await id_of(ada)}"

    disabled = await admin.ask("PATCH", path, json={"disabled": True})

    assert disabled.status_code == 200
    since = disabled.json()["disabled_at"]
    assert since is not None
    assert await ada.status() == 401
    assert problem(await ada.renew()) == (401, "session-ended")
    assert problem(await ada.sign_in()) == (401, "invalid-credentials")
    again = await admin.ask("PATCH", path, json={"disabled": True})
    assert again.json()["disabled_at"] == since
    assert (await admin.ask("PATCH", path, json={"disabled": False})).json()["disabled_at"] is None
    assert (await ada.sign_in()).status_code == 201


async def test_who_loses_a_scope_is_signed_out_and_who_gets_one_is_not(signed_in: SignIn) -> None:
    admin, ada = await signed_in(ADMIN), await signed_in()
    path = f"/v1/users/{await id_of(ada)}"

    more = await admin.ask("PATCH", path, json={"scopes": ["things:write", "things:read"]})
    assert more.json()["scopes"] == ["things:read", "things:write"]
    assert await ada.status() == 200
    assert (await ada.renew()).json()["scope"] == "things:read things:write"

    await admin.ask("PATCH", path, json={"scopes": ["things:write"]})
    assert await ada.status() == 401


async def test_an_administrator_who_is_none_any_more_is_refused_whatever_the_token_says(
    signed_in: SignIn, sql: Any
) -> None:
    admin = await signed_in(ADMIN)
    await sql.execute("UPDATE users SET scopes = '{}'")

    assert problem(await admin.ask("GET", "/v1/users")) == (403, "forbidden")


async def test_a_token_that_was_signed_for_something_else_is_nobodys(
    app: FastAPI, client: Client
) -> None:
    settings = app.state.settings
    for session in (None, "of-another-kind"):
        token = acting_as(settings, "a-script", *ADMIN, session=session)

        for path in ("/v1/users", "/v1/auth/me"):
            assert problem(await client.get(path, headers=token)) == (403, "forbidden")


async def test_nobody_changes_the_own_account(signed_in: SignIn) -> None:
    admin = await signed_in(ADMIN)

    refused = await admin.ask("PATCH", f"/v1/users/{await id_of(admin)}", json={"disabled": True})

    assert problem(refused) == (409, "own-account")


async def test_a_change_of_what_is_outdated_or_nobody_is_refused(signed_in: SignIn) -> None:
    admin, ada = await signed_in(ADMIN), await signed_in()
    outdated = {"If-Match": '"7"'}

    changed = await admin.ask(
        "PATCH", f"/v1/users/{await id_of(ada)}", json={"disabled": True}, headers=outdated
    )
    nobody = await admin.ask("PATCH", f"/v1/users/{uuid4()}", json={"disabled": True})

    assert problem(changed) == (412, "precondition-failed")
    assert await ada.status() == 200
    assert problem(nobody) == (404, "not-found")


@pytest.mark.parametrize(
    "body",
    [
        {"email": "no address", "password": PASSWORD},
        {"email": "ada@shop.example", "password": "too short"},
        {"email": "\u0130" * 200 + "@shop.example", "password": PASSWORD},
        {"email": "ada@shop.example", "password": PASSWORD, "scopes": ["users:admin"]},
    ],
)
async def test_what_is_no_user_is_refused(signed_in: SignIn, body: dict[str, Any]) -> None:
    admin = await signed_in(ADMIN)

    assert problem(await admin.ask("POST", "/v1/users", json=body)) == (422, "invalid-request")
