"""Watches passwords being hashed: how many at once, with what, and only when a test lets them."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from argon2 import PasswordHasher


class Hashing:
    def __init__(self) -> None:
        self.verified: list[str] = []
        """The hashes, in order."""
        self.at_once = 0
        self.most_at_once = 0
        self.may_begin = threading.Event()
        self.may_begin.set()
        self._lock = threading.Lock()

    @contextmanager
    def one(self, password_hash: str) -> Iterator[None]:
        with self._lock:
            self.verified.append(password_hash)
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        self.may_begin.wait()
        try:
            yield
        finally:
            with self._lock:
                self.at_once -= 1


@pytest.fixture
def hashing(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hashing]:
    watched, verify = Hashing(), PasswordHasher.verify

    def watched_verify(self: PasswordHasher, password_hash: str, password: str) -> bool:
        with watched.one(password_hash):
            return verify(self, password_hash, password)

    monkeypatch.setattr(PasswordHasher, "verify", watched_verify)
    yield watched
    watched.may_begin.set()
