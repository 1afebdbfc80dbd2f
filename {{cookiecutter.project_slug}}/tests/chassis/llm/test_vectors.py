"""Whether vectors can be compared is told once, at start."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

import pytest

from chassis.database.session import Database
from chassis.llm.vectors import tell_missing_vectors


class Asked:
    def __init__(self, found: object) -> None:
        self.found = found

    @asynccontextmanager
    async def reading(self, *, primary: bool) -> AsyncIterator["Asked"]:
        assert primary
        yield self

    async def scalar(self, _: object) -> object:
        if isinstance(self.found, Exception):
            raise self.found
        return self.found


@pytest.mark.parametrize(("found", "lines"), [(False, 1), (True, 0), (ConnectionError(), 0)])
async def test_it_is_told_where_the_extension_is_missing(
    capsys: pytest.CaptureFixture[str], found: object, lines: int
) -> None:
    await tell_missing_vectors(cast("Database", Asked(found)))

    assert capsys.readouterr().out.count("CREATE EXTENSION vector") == lines
