"""How a connection is opened: its name, its timeouts and its time zone."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import literal, select, text
from sqlalchemy.ext.asyncio import create_async_engine

from chassis.database.connections.engine import create_engine
from chassis.database.session import Database
from chassis.observability.logging import configure_logging
from chassis.settings import Settings


async def shown(settings: Settings, name: str, application_name: str = "orders") -> Any:
    engine = create_engine(settings.database, application_name)
    try:
        async with engine.connect() as connection:
            return await connection.scalar(text(f"SHOW {name}"))
    finally:
        await engine.dispose()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("application_name", "orders"),
        ("statement_timeout", "1min"),
        ("lock_timeout", "30s"),
        ("idle_in_transaction_session_timeout", "30s"),
        ("TimeZone", "UTC"),
    ],
)
async def test_a_connection_has_the_services_settings(
    settings: Settings, name: str, expected: str
) -> None:
    assert await shown(settings, name) == expected


async def test_a_long_name_is_cut_and_not_complained_about(settings: Settings) -> None:
    assert await shown(settings, "application_name", "x" * 100) == "x" * 63


async def test_an_engine_opens_nothing_by_itself(settings: Settings) -> None:
    engine = create_engine(settings.database, "orders")

    assert engine.pool.status().startswith("Pool size: 5  Connections in pool: 0")


@pytest.fixture
def statement_logger() -> Iterator[logging.Logger]:
    """As before, afterwards."""
    logger = logging.getLogger("sqlalchemy.engine")
    yield logger
    logger.setLevel(logging.NOTSET)


@pytest.mark.usefixtures("statement_logger")
@pytest.mark.parametrize("echo", [True, False])
async def test_statements_go_to_the_log_when_asked_for_and_their_values_never(
    settings: Settings,
    capsys: pytest.CaptureFixture[str],
    echo: bool,
) -> None:
    database = settings.database.model_copy(update={"echo": echo})
    configure_logging(settings.log, settings.identity)
    engine = create_engine(database, "orders")
    async with engine.connect() as connection:
        await connection.execute(select(literal("hunter2").label("found")))
    await engine.dispose()

    printed = capsys.readouterr().out
    assert ("AS found" in printed) is echo
    assert "hunter2" not in printed


async def test_its_address_hides_the_password(settings: Settings) -> None:
    password = settings.database.address.password

    assert password
    assert password not in repr(create_engine(settings.database, "orders"))


def test_a_database_wants_an_engine_that_is_watched() -> None:
    """Of another one nothing would keep a failed transaction from being committed."""
    with pytest.raises(AttributeError, match="heed_errors"):
        Database(create_async_engine("postgresql+asyncpg://"))
