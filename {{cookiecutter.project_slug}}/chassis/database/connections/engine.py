"""The engine: how a connection is opened and which guards stand around the pool."""

import logging
from functools import partial
from typing import Any

import asyncpg
import orjson
from asyncpg.exceptions import TargetServerAttributeNotMatched
from sqlalchemy.dialects import registry
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from chassis.database.connections.dialect import ServiceDialect
from chassis.database.connections.password import Password
from chassis.database.connections.pgbouncer import Connection, patience, pooled_connection
from chassis.database.connections.pool import FairPool
from chassis.database.connections.servers import first_fit
from chassis.database.connections.tls import system_trust
from chassis.database.guards import guard_pool
from chassis.settings.groups import DatabaseSettings

__all__ = ["Connection", "create_engine", "open_connection"]


def create_engine(settings: DatabaseSettings, application_name: str) -> AsyncEngine:
    """Opens nothing; the first statement does."""
    if settings.echo:
        logging.getLogger("sqlalchemy.engine").setLevel(logging.INFO)
    password = Password(settings)

    async def connect(*_: Any, **__: Any) -> Connection:
        return await open_connection(settings, application_name, password)

    registry.register("postgresql.service", ServiceDialect.__module__, ServiceDialect.__name__)
    engine = create_async_engine(
        settings.address.set(drivername="postgresql+service"),
        connect_args={"async_creator_fn": connect},
        poolclass=FairPool,
        pool_size=settings.pool_size,
        max_overflow=settings.max_overflow,
        pool_timeout=settings.pool_timeout,
        pool_recycle=settings.pool_recycle,
        pool_use_lifo=settings.pool_lifo,
        hide_parameters=True,
        json_deserializer=orjson.loads,  # and not orjson.dumps, which makes null of NaN
    )
    guard_pool(engine, ping_after_idle=settings.ping_after_idle)
    return engine


async def open_connection(
    settings: DatabaseSettings, application_name: str, password: Password
) -> Connection:
    """A connection with the service's timeouts.

    Raises asyncpg.ClientCannotConnectError (08001) whatever the network did, so that one table
    can classify every failure: the driver itself raises plain OSError and TimeoutError.
    """

    async def connect(password: str | None) -> Connection:
        to_one = partial(
            asyncpg.connect,
            settings.url.get_secret_value(),
            password=password,
            timeout=settings.connect_timeout,
            ssl=system_trust(settings),
            **_options(settings, {"application_name": application_name[:63], "timezone": "UTC"}),
        )
        return await (first_fit(settings, to_one) if settings.servers else to_one())

    try:
        return await password.login(connect)
    except (OSError, asyncpg.InterfaceError, TargetServerAttributeNotMatched) as error:
        message = f"cannot connect: {type(error).__name__}: {error}"
        raise asyncpg.ClientCannotConnectError(message) from error


def _options(settings: DatabaseSettings, parameters: dict[str, str]) -> dict[str, Any]:
    timeouts = {
        "statement_timeout": milliseconds(settings.statement_timeout),
        "lock_timeout": milliseconds(settings.lock_timeout),
        "idle_in_transaction_session_timeout": milliseconds(settings.idle_in_transaction_timeout),
    }
    if not settings.pgbouncer:
        return {"server_settings": parameters | timeouts}
    return {
        "server_settings": parameters,
        "connection_class": pooled_connection(timeouts),
        "statement_cache_size": 0,
        "command_timeout": patience(settings),
    }


def milliseconds(seconds: float) -> str:
    return str(round(seconds * 1000))
