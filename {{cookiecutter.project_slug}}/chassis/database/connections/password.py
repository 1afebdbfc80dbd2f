"""The password to connect with, and its change while the service runs.

Server and file cannot change in the same moment. Whichever comes first, a connection is opened in
between: with the password that worked last, or a moment later with the new one.
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import asyncpg

from chassis.settings.groups import DatabaseSettings

Opened = TypeVar("Opened")
Provider = Callable[[], Awaitable[str]]

MOMENT = 0.5
"""Seconds until another password is asked for when one was refused."""


class Password:
    """Of the provider or the file, asked for each connection; else what the URL says."""

    def __init__(self, settings: DatabaseSettings) -> None:
        self._patience = settings.connect_timeout
        self._provider = settings.password_provider or _reader(settings.password_file)
        self._accepted: str | None = None

    async def login(self, connect: Callable[[str | None], Awaitable[Opened]]) -> Opened:
        """Raises what `connect` raises: asyncpg's error 28P01 or 28000 when none is accepted."""
        if self._provider is None:
            return await connect(None)
        try:
            return await self._with_one_of_two(connect, self._provider)
        except asyncpg.InvalidAuthorizationSpecificationError:
            await asyncio.sleep(MOMENT)
            return await self._with_one_of_two(connect, self._provider)

    async def _with_one_of_two(
        self, connect: Callable[[str | None], Awaitable[Opened]], provider: Provider
    ) -> Opened:
        asked, accepted = await self._ask(provider), self._accepted
        try:
            return await self._try(connect, asked)
        except asyncpg.InvalidAuthorizationSpecificationError:
            if accepted in {None, asked}:
                raise
        return await self._try(connect, accepted)

    async def _try(
        self, connect: Callable[[str | None], Awaitable[Opened]], password: str
    ) -> Opened:
        opened = await connect(password)
        self._accepted = password
        return opened

    async def _ask(self, provider: Provider) -> str:
        """Raises asyncpg.ClientCannotConnectError (08001) whatever goes wrong."""
        try:
            async with asyncio.timeout(self._patience):
                return await provider()
        except Exception as error:
            message = f"no password could be had: {type(error).__name__}: {error}"
            raise asyncpg.ClientCannotConnectError(message) from error


def _reader(file: Path | None) -> Provider | None:
    if file is None:
        return None

    async def read() -> str:
        return _content(file)

    return read


def _content(file: Path) -> str:
    return file.read_text(encoding="utf-8").strip("\r\n")
