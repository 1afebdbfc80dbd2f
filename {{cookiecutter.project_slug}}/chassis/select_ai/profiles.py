"""The profiles that may be asked, each read from the database once in the life of a process."""

import asyncio
from collections.abc import Iterable

from select_ai import AsyncProfile


class Profiles:
    """To make one takes two queries, and its object cannot be awaited twice."""

    def __init__(self, names: Iterable[str]) -> None:
        self._made: dict[str, AsyncProfile] = {}
        self._making = {name: asyncio.Lock() for name in names}

    async def get(self, name: str) -> AsyncProfile:
        """Raises KeyError for one that may not be asked; what fails is tried again next time."""
        async with self._making[name]:
            if name not in self._made:
                self._made[name] = await AsyncProfile(name, raise_error_if_exists=False)
            return self._made[name]
