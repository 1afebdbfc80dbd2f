"""Passwords as argon2id hashes, made in a few threads of their own.

A hash takes some 25 ms of a core and 19 MiB. In the event loop, everybody would wait for it; in the
threads that all share, a storm of logins would take the memory of all of them at once.
"""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Self, TypeVar

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from chassis.accounts.observer import Observer, Unobserved
from chassis.accounts.problems import TooBusy

Result = TypeVar("Result")

# The least that OWASP advises for argon2id; the library's own parameters take eight times as long.
# https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html
PARAMETERS = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1, type=Type.ID)


class Passwords:
    """Hashes as many at once as it has threads; so many more may wait, and no more."""

    def __init__(
        self,
        at_once: int,
        waiting: int,
        observer: Observer | None = None,
        parameters: PasswordHasher = PARAMETERS,
    ) -> None:
        self._parameters = parameters
        self._threads = ThreadPoolExecutor(at_once, "passwords")
        self._places = at_once + waiting
        self._taken = 0
        self._observer = observer or Unobserved()
        # Of no password that anybody has, so that an unknown user takes as long as a known one.
        self._nobodys = parameters.hash("")

    @contextmanager
    def place(self) -> Iterator[Self]:
        """Take a place in the queue, before anything is done. Raises TooBusy when there is none."""
        if self._taken >= self._places:
            self._observer.login("busy")
            raise TooBusy
        self._taken += 1
        try:
            yield self
        finally:
            self._taken -= 1

    async def hash(self, password: str) -> str:
        """In a place."""
        return await self._run(lambda: self._parameters.hash(password))

    async def verify(self, password: str, password_hash: str | None) -> bool:
        """In a place. Without a hash it takes as long as with one, and is never the right one."""
        known = password_hash or self._nobodys
        matches = await self._run(lambda: _matches(self._parameters, known, password))
        return matches and password_hash is not None

    def is_outdated(self, password_hash: str) -> bool:
        """Whether it was made with other parameters than those of today."""
        return self._parameters.check_needs_rehash(password_hash)

    def close(self) -> None:
        """What waits is given up."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _run(self, work: Callable[[], Result]) -> Result:
        """Cancelled while it waits, it never runs: the executor asks its future first."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)


def _matches(parameters: PasswordHasher, password_hash: str, password: str) -> bool:
    try:
        return parameters.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
