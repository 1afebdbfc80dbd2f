"""API keys: shown once, hashed, narrowed, and out at once."""

from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import uuid4

import pytest

from chassis.accounts.routes import api_keys as routes
from tests.chassis.accounts.conftest import SignIn
from tests.chassis.accounts.people import Person, problem
from tests.support.clients import Client

PATH = "/v1/auth/api-keys"


async def machine(person: Person, **body: Any) -> Person:
    made = await person.ask("POST", PATH, json={"name": "import", **body})
    assert made.status_code == 201, made.text
    return Person(person.client, "", made.json()["key"])


async def test_a_key_opens_what_its_user_may_do_and_is_told_once(
    signed_in: SignIn, sql: Any
) -> None:
    ada = await signed_in()

    key = await machine(ada)
    listed = await ada.ask("GET", PATH)

    assert await key.status() == 200
    secret = key.access.removeprefix("apikey_").partition("_")[2]
    assert secret not in listed.text
    assert [it["name"] for it in listed.json()] == ["import"]
    assert listed.json()[0]["scopes"] == ["things:read"]
    row = await sql.fetchrow("SELECT * FROM api_keys")
    assert row["secret_hash"] == sha256(secret.encode()).digest()


async def test_a_key_has_no_more_scopes_than_its_user(signed_in: SignIn, sql: Any) -> None:
    ada = await signed_in(["things:read", "things:write"])

    key = await machine(ada, scopes=["things:write", "things:read"])
    narrow = await machine(ada, scopes=["things:write"])
    more = await ada.ask("POST", PATH, json={"name": "x", "scopes": ["users:admin"]})

    assert (await key.status(), await narrow.status()) == (200, 403)
    assert problem(more) == (403, "forbidden")
    await sql.execute("UPDATE users SET scopes = '{things:write}'")
    assert await key.status() == 403


async def test_a_key_is_out_at_once_when_it_is_revoked(signed_in: SignIn) -> None:
    ada, eve = await signed_in(), await signed_in()
    key = await machine(ada)
    key_id = (await ada.ask("GET", PATH)).json()[0]["id"]

    assert problem(await eve.ask("DELETE", f"{PATH}/{key_id}")) == (404, "not-found")
    assert await key.status() == 200
    assert (await ada.ask("DELETE", f"{PATH}/{key_id}")).status_code == 204

    assert await key.status() == 401
    assert (await ada.ask("GET", PATH)).json() == []
    assert problem(await ada.ask("DELETE", f"{PATH}/{key_id}")) == (404, "not-found")


async def test_a_key_ends_when_it_expires_and_with_its_user(signed_in: SignIn, sql: Any) -> None:
    ada = await signed_in()
    key = await machine(ada, expires_in_days=1)
    never = await ada.ask("POST", PATH, json={"name": "x"})

    assert never.json()["expires_at"] is None
    left = await sql.fetchval("SELECT max(expires_at) - now() FROM api_keys")
    assert timedelta(hours=23) < left <= timedelta(days=1)
    assert await key.status() == 200
    await sql.execute("UPDATE users SET disabled_at = now()")
    assert await key.status() == 401
    await sql.execute("UPDATE users SET disabled_at = NULL")
    await sql.execute("UPDATE api_keys SET expires_at = now()")
    assert await key.status() == 401


async def test_what_is_no_key_is_an_invalid_token(signed_in: SignIn, client: Client) -> None:
    ada = await signed_in()
    key = await machine(ada)
    prefix, key_id, secret = key.access.split("_", 2)
    last = "A" if secret[-1] != "A" else "B"

    for wrong in (
        f"{prefix}_{key_id}_{secret[:-1]}{last}",
        f"{prefix}_{uuid4().hex}_{secret}",
        f"{prefix}_",
        f"{prefix}_{key_id}",
    ):
        refused = await Person(client, "", wrong).ask("GET", "/guarded")
        assert problem(refused) == (401, "invalid-token")


async def test_the_last_use_is_written_once_a_minute(signed_in: SignIn, sql: Any) -> None:
    ada = await signed_in()
    key = await machine(ada)
    last_use = "SELECT last_used_at FROM api_keys"

    assert await sql.fetchval(last_use) is None
    await key.status()
    first = await sql.fetchval(last_use)
    await key.status()
    assert await sql.fetchval(last_use) == first
    await sql.execute("UPDATE api_keys SET last_used_at = now() - interval '2 minutes'")
    await key.status()
    assert await sql.fetchval(last_use) > first


async def test_a_machine_makes_no_keys_and_ends_no_sessions(signed_in: SignIn) -> None:
    ada = await signed_in()
    key = await machine(ada)

    for method, path in (
        ("POST", PATH),
        ("GET", PATH),
        ("GET", "/v1/auth/me"),
        ("DELETE", "/v1/auth/sessions"),
    ):
        options = {"json": {"name": "x"}} if method == "POST" else {}
        assert problem(await key.ask(method, path, **options)) == (403, "forbidden")
    assert await ada.status() == 200


async def test_a_machine_may_administer(signed_in: SignIn) -> None:
    admin = await signed_in(["users:admin"])

    assert (await (await machine(admin)).ask("GET", "/v1/users")).status_code == 200


async def test_nobody_has_keys_without_end(
    signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "MOST", 1)
    ada = await signed_in()
    await machine(ada)

    assert problem(await ada.ask("POST", PATH, json={"name": "x"})) == (409, "conflict")
