"""One fetch for all who wait for a key, whatever becomes of one of them."""

import asyncio

import pytest

from chassis.auth.observer import Unobserved
from chassis.auth.remote_keys import KeySet, RemoteKeys
from chassis.auth.tokens import Key

ONE, OTHER = Key("one", ["RS256"]), Key("other", ["RS256"])


class Provider:
    def __init__(self) -> None:
        self.answers: list[asyncio.Future[KeySet]] = []

    async def fetch(self) -> KeySet:
        self.answers.append(asyncio.get_running_loop().create_future())
        return await self.answers[-1]


@pytest.fixture
def provider() -> Provider:
    return Provider()


@pytest.fixture
def keys(provider: Provider) -> RemoteKeys:
    return RemoteKeys(provider.fetch, Unobserved(), lambda: None)


async def waiting(*tasks: "asyncio.Task[Key | None]") -> None:
    """Until none of them can go on by itself."""
    for _ in range(10):
        await asyncio.sleep(0)
    assert not any(task.done() for task in tasks)


async def test_who_gives_up_does_not_take_the_keys_from_the_others(
    keys: RemoteKeys, provider: Provider
) -> None:
    impatient, patient = (asyncio.create_task(keys.key("one")) for _ in range(2))
    await waiting(impatient, patient)

    impatient.cancel()
    await asyncio.wait({impatient})
    [answer] = provider.answers
    answer.set_result({"one": ONE})

    assert impatient.cancelled()
    assert await patient is ONE


async def test_a_fetch_that_began_before_the_key_did_is_not_the_last_word(
    keys: RemoteKeys, provider: Provider
) -> None:
    first = asyncio.create_task(keys.key("one"))
    await waiting(first)
    later = asyncio.create_task(keys.key("other"))
    await waiting(later)

    provider.answers[0].set_result({"one": ONE})
    await asyncio.wait({first})
    await waiting(later)
    provider.answers[1].set_result({"one": ONE, "other": OTHER})

    assert await later is OTHER
    assert len(provider.answers) == 2


async def test_known_keys_are_asked_for_again_beside_who_uses_them(
    keys: RemoteKeys, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = asyncio.create_task(keys.key("one"))
    await waiting(first)
    provider.answers[0].set_result({"one": ONE})
    assert await first is ONE
    assert await keys.key("one") is ONE
    assert len(provider.answers) == 1

    monkeypatch.setattr("chassis.auth.remote_keys.FRESH", 0.0)
    assert await keys.key("one") is ONE, "at once"
    await waiting()
    assert len(provider.answers) == 2
    await keys.close()
