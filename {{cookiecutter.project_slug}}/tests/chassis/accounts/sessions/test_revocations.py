"""What ends in one process is known in all others within the poll."""

from typing import Any

import pytest
from fastapi import FastAPI

from chassis.accounts.sessions.revocations import Revocations
from chassis.database.session import Database
from chassis.settings import Settings
from tests.chassis.accounts.conftest import SignIn
from tests.chassis.accounts.people import Person
from tests.support.clients import client_of
from tests.support.composition import ReadLog, StartApp
from tests.support.eventually import eventually

SOON = 0.05


@pytest.fixture
def auth() -> dict[str, Any]:
    return {"revocation_poll": SOON}


async def test_a_user_who_is_disabled_in_one_process_is_out_in_another_within_the_poll(
    signed_in: SignIn, start_app: StartApp, settings: Settings
) -> None:
    admin, ada = await signed_in(["users:admin"]), await signed_in()
    other = await start_app(settings)
    async with client_of(other) as client:
        there = Person(client, ada.email, ada.access)
        assert await there.status() == 200
        user_id = (await ada.ask("GET", "/v1/auth/me")).json()["id"]

        await admin.ask("PATCH", f"/v1/users/{user_id}", json={"disabled": True})

        assert await eventually(there.status, lambda found: found == 401) == 401


async def test_a_session_is_known_as_ended_as_long_as_its_tokens_live(
    app: FastAPI, database: Database, signed_in: SignIn, sql: Any
) -> None:
    await signed_in()
    session = str(await sql.fetchval("UPDATE auth_sessions SET revoked_at = now() RETURNING id"))
    revoked: set[str] = set()
    ended = Revocations(database, revoked, every=60, kept=0.2)

    await ended.look()
    assert revoked == {session}
    await sql.execute("UPDATE auth_sessions SET revoked_at = now() - interval '1 hour'")

    async def after_another_look() -> set[str]:
        await ended.look()
        return revoked

    assert await eventually(after_another_look, lambda found: not found) == set()


async def test_while_the_database_is_away_what_is_known_stays_and_it_is_told_once(
    app: FastAPI, signed_in: SignIn, read_log: ReadLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = await signed_in()
    await ada.ask("DELETE", "/v1/auth/sessions/current")
    looks = 0

    async def fail(_: Revocations) -> None:
        nonlocal looks
        looks += 1
        raise ConnectionRefusedError

    with monkeypatch.context() as patch:
        patch.setattr(Revocations, "look", fail)
        await eventually(lambda: looks, lambda found: found > 3)
        assert await ada.status() == 401

    back = "revoked sessions can be read again"
    assert len(await eventually(lambda: read_log(back))) == 1
    (told,) = read_log("revoked sessions cannot be read")
    assert told["cause"] == "ConnectionRefusedError"
