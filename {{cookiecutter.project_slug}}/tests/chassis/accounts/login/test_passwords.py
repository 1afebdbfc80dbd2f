"""Passwords are hashed few at once, and a bounded number waits."""

import asyncio
from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher

from chassis.accounts.login.passwords import PARAMETERS, Passwords
from chassis.accounts.problems import TooBusy
from tests.chassis.accounts.hashing import Hashing
from tests.support.eventually import eventually

PASSWORD_HASH = PARAMETERS.hash("right")


@pytest.fixture
def passwords() -> Iterator[Passwords]:
    passwords = Passwords(at_once=2, waiting=3)
    yield passwords
    passwords.close()


async def verify(passwords: Passwords) -> bool:
    with passwords.place() as place:
        return await place.verify("right", PASSWORD_HASH)


async def test_a_password_is_verified_by_its_hash(passwords: Passwords) -> None:
    made = await passwords.hash("right")

    assert made.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert await passwords.verify("right", made)
    assert not await passwords.verify("wrong", made)
    assert not await passwords.verify("right", "no hash at all")


async def test_nobody_has_a_password(passwords: Passwords) -> None:
    assert not await passwords.verify("", None)


async def test_a_hash_with_other_parameters_is_outdated(passwords: Passwords) -> None:
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("right")

    assert passwords.is_outdated(cheap)
    assert not passwords.is_outdated(PASSWORD_HASH)
    assert await passwords.verify("right", cheap)


async def test_no_more_are_hashed_at_once_than_there_are_threads_and_no_more_wait_than_may(
    passwords: Passwords, hashing: Hashing
) -> None:
    hashing.may_begin.clear()
    running = [asyncio.create_task(verify(passwords)) for _ in range(5)]
    await eventually(lambda: hashing.at_once, lambda found: found == 2)

    with pytest.raises(TooBusy) as refused, passwords.place():
        pass
    hashing.may_begin.set()

    assert refused.value.retry_after == 1
    assert await asyncio.gather(*running) == [True] * 5
    assert hashing.most_at_once == 2
    assert await verify(passwords)


async def test_a_hash_that_is_given_up_while_it_waits_never_runs(
    passwords: Passwords, hashing: Hashing
) -> None:
    hashing.may_begin.clear()
    running = [asyncio.create_task(verify(passwords)) for _ in range(2)]
    await eventually(lambda: hashing.at_once, lambda found: found == 2)
    given_up = asyncio.create_task(verify(passwords))
    await asyncio.sleep(0)

    given_up.cancel()
    hashing.may_begin.set()

    assert await asyncio.gather(*running, given_up, return_exceptions=True) != []
    assert given_up.cancelled()
    assert await verify(passwords)
    assert len(hashing.verified) == 3


async def test_what_waits_at_the_end_is_given_up(hashing: Hashing) -> None:
    passwords = Passwords(at_once=1, waiting=1)
    hashing.may_begin.clear()
    running, waiting = (asyncio.create_task(verify(passwords)) for _ in range(2))
    await eventually(lambda: hashing.at_once, lambda found: found == 1)

    passwords.close()
    hashing.may_begin.set()

    assert await running
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert len(hashing.verified) == 1
