"""The tables of a page, for one test."""

from collections.abc import AsyncIterator

import pytest

from chassis.database.session import Database
from tests.chassis.documents.invoices import Shop, close_shop, open_shop


@pytest.fixture
async def shop(database: Database) -> AsyncIterator[Shop]:
    yield await open_shop(database)
    await close_shop(database)
