"""Another password, which ends all other sessions."""

import asyncio
from typing import Any

import pytest

from tests.chassis.accounts.conftest import SignIn
from tests.chassis.accounts.hashing import Hashing
from tests.chassis.accounts.people import PASSWORD, Person, problem
from tests.support.clients import Client
from tests.support.eventually import eventually

NEW = "another horse, another battery"


@pytest.fixture
def auth() -> dict[str, Any]:
    return {"login_failures": 2}


async def change(person: Person, current: str = PASSWORD, new: str = NEW) -> Any:
    body = {"current_password": current, "new_password": new}
    return await person.ask("PUT", "/v1/auth/password", json=body)


async def test_who_changes_the_password_stays_signed_in_here_and_nowhere_else(
    signed_in: SignIn, client: Client
) -> None:
    ada = await signed_in()
    elsewhere = Person(client, ada.email)
    await elsewhere.sign_in()

    assert (await change(ada)).status_code == 204

    assert (await ada.status(), await elsewhere.status()) == (200, 401)
    assert (await ada.renew()).status_code == 200
    assert problem(await elsewhere.renew()) == (401, "session-ended")
    assert problem(await elsewhere.sign_in(PASSWORD)) == (401, "invalid-credentials")
    assert (await elsewhere.sign_in(NEW)).status_code == 201


async def test_it_takes_the_password_there_is_and_tries_are_counted(signed_in: SignIn) -> None:
    ada = await signed_in()

    assert problem(await change(ada, current=NEW)) == (401, "invalid-credentials")
    assert problem(await change(ada, current=NEW)) == (401, "invalid-credentials")
    assert problem(await change(ada)) == (429, "too-many-failures")
    assert await ada.status() == 200


@pytest.mark.parametrize("new", ["fourteen chars", "x" * 257])
async def test_a_password_is_neither_short_nor_endless_and_never_told(
    signed_in: SignIn, new: str
) -> None:
    ada = await signed_in()

    refused = await change(ada, new=new)

    assert problem(refused) == (422, "invalid-request")
    assert new not in refused.text


async def test_of_two_changes_at_once_one_is_done(
    signed_in: SignIn, client: Client, hashing: Hashing
) -> None:
    ada = await signed_in()
    hashing.may_begin.clear()
    both = [asyncio.create_task(change(ada, new=f"{NEW} {each}")) for each in range(2)]
    await eventually(lambda: hashing.at_once, lambda found: found == 2)
    hashing.may_begin.set()

    statuses = [it.status_code for it in await asyncio.gather(*both)]

    assert sorted(statuses) == [204, 401]
    which = statuses.index(204)
    assert (await Person(client, ada.email).sign_in(f"{NEW} {which}")).status_code == 201
