"""How many connections the server grants, and whether the service's fit."""

from dataclasses import replace

import asyncpg
import pytest

from chassis.doctor.examination import examine
from chassis.doctor.report import error
from tests.chassis.doctor.examining import (
    FACTS,
    ROLE,
    Execute,
    check,
    examined,
    run,
    settings_for,
    url_of,
)
from tests.support.eventually import eventually
from tools.postgres import Server as PostgresServer

CLIENTS = """SELECT count(*) FROM pg_stat_activity
             WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"""


def test_reserved_connections_are_subtracted(own_server: PostgresServer) -> None:
    run(own_server.url("shop"), "ALTER SYSTEM SET superuser_reserved_connections = 5")
    own_server.restart()
    try:
        found = examined(url_of(own_server)).findings["connections"]
    finally:
        run(own_server.url("shop"), "ALTER SYSTEM RESET superuser_reserved_connections")
        own_server.restart()

    assert "the server has 30 - 5 reserved = 25," in found.message


async def test_connections_of_others_are_counted_whosever_they_are(
    own_server: PostgresServer,
) -> None:
    settings = settings_for(url_of(own_server), service={"name": "n" * 70})
    ours = [("n" * 63), ("n" * 70 + " probe")[:63]]
    names = [(own_server.url("shop"), "psql"), (own_server.url("postgres"), "")]
    names += [(url_of(own_server), name) for name in (*ours, "worker")]
    await eventually(lambda: clients(own_server), lambda count: count == 0)  # of tests before
    connections = [
        await asyncpg.connect(url, server_settings={"application_name": name})
        for url, name in names
    ]

    try:
        found = (await examine(settings)).findings["connections"]
    finally:
        for connection in connections:
            await connection.close()

    assert found.message.endswith("of which others use 3 now")


async def clients(server: PostgresServer) -> int:
    """Connections to it besides the one that asks."""
    connection = await asyncpg.connect(server.url("postgres"))
    try:
        return int(await connection.fetchval(CLIENTS))
    finally:
        await connection.close()


def test_limits_of_role_and_database_are_found(
    own_server: PostgresServer, as_superuser: Execute
) -> None:
    as_superuser(f"ALTER ROLE {ROLE} CONNECTION LIMIT 9", "ALTER DATABASE shop CONNECTION LIMIT 12")

    found = examined(url_of(own_server)).findings["limits"]

    assert found == error(
        "Of the 11 connections of the service, the role may have 9 and the database may have 12",
        "Lower DATABASE_POOL_SIZE + DATABASE_MAX_OVERFLOW to 8, or raise CONNECTION LIMIT to 11.",
    )


def test_limits_do_not_hold_for_a_superuser(
    own_server: PostgresServer, as_superuser: Execute
) -> None:
    as_superuser("ALTER DATABASE shop CONNECTION LIMIT 1")

    assert examined(own_server.url("shop")).findings["limits"].status == "ok"


@pytest.mark.parametrize(
    ("pool", "workers", "replicas", "others", "status", "change"),
    [
        (11, 4, 2, 1, "ok", ""),
        (11, 4, 2, 2, "warning", "to 10, or raise max_connections by 1."),
        (12, 4, 2, 0, "error", "to 11, or raise max_connections to 107."),
        (1, 7, 7, 0, "error", "Run fewer workers or replicas, or raise max_connections to 101."),
    ],
)
def test_the_budget_counts_every_process(
    pool: int, workers: int, replicas: int, others: int, status: str, change: str
) -> None:
    found = check(
        "connections",
        replace(FACTS, capacity=replace(FACTS.capacity, others=others)),
        database={"pool_size": pool - 1, "max_overflow": 1} if pool > 1 else {"pool_size": 1},
        server={"workers": workers, "replicas": replicas},
    )

    assert found.status == status
    assert found.change.endswith(change)
    assert f"x {workers} workers x {replicas} replicas = " in found.message


@pytest.mark.parametrize(("limit", "status"), [(11, "ok"), (10, "error")])
@pytest.mark.parametrize("name", ["role", "database"])
def test_a_limit_must_leave_room_for_all(name: str, limit: int, status: str) -> None:
    capacity = replace(FACTS.capacity, **{f"{name}_limit": limit})

    found = check("limits", replace(FACTS, capacity=capacity))

    assert found.status == status
    assert f"the {name} may have {limit}" in found.message
