"""The doctor on several databases: what they share, and what stands between."""

from dataclasses import replace
from typing import Any

import pytest

from chassis.doctor.budget import Load
from chassis.doctor.capacity import too_little
from chassis.doctor.checks import CHECKS
from tests.chassis.database.availability.standby import standby_of
from tests.chassis.database.connections.pgbouncer import pgbouncer_to
from tests.chassis.doctor.examining import (
    AWAY,
    FACTS,
    PASSWORD,
    check,
    examined,
    settings_for,
    url_of,
)
from tools.postgres import Server as PostgresServer

NAMES = ["settings", "connection", *CHECKS]


def test_every_pool_on_the_server_is_counted() -> None:
    here, elsewhere = "postgresql://a@127.0.0.1:1/b", "postgresql://a@127.0.0.2/b"

    alone = check("connections", database={"extra": {"elsewhere": elsewhere}})
    replicated = check("connections", database={"replica_url": elsewhere})
    together = check("connections", database={"replica_url": here, "extra": {"here": here}})

    assert "(pool 10 + overflow 0 + 1 for the probe) x 1 worker" in alone.message
    assert "(pool 10 + overflow 0 + 2 for probes) x 1 worker" in replicated.message
    assert "(3 x (pool 10 + overflow 0) + 4 for probes) x 1 worker" in together.message


def test_behind_pgbouncer_the_servers_limits_are_not_the_services() -> None:
    many: dict[str, Any] = {"pgbouncer": True, "pool_size": 500}
    full = replace(FACTS, capacity=replace(FACTS.capacity, role_limit=1))

    found = check("connections", full, database=many)

    assert found.status == check("limits", full, database=many).status == "ok"
    assert "max_client_conn must allow" in found.message
    assert too_little(settings_for(AWAY, database=many), full.capacity) == ""


def test_the_replica_and_each_named_database_are_examined(own_server: PostgresServer) -> None:
    own_server.create_database("analytics")
    given = {
        "extra": {"analytics": url_of(own_server, "analytics"), "away": AWAY},
        "replica_url": url_of(own_server),  # which is none
        "pool_size": 5,
    }

    found = examined(url_of(own_server), database=given).findings

    assert list(found) == [*NAMES, "replica", "analytics", "away"]
    assert "3 x (pool 5 + overflow 0) + 4 for probes" in found["connections"].message
    assert found["analytics"].message.startswith(("Connected to database analytics", "A round"))
    assert found["replica"].message.startswith(("The server is in no recovery", "A round"))
    assert found["replica"].status == "warning"
    assert "host and port in DATABASE_EXTRA." in found["away"].change
    assert PASSWORD not in found["away"].message


def test_a_database_whose_connections_do_not_fit_is_told(own_server: PostgresServer) -> None:
    extra = {"analytics": url_of(own_server)}

    found = examined(url_of(own_server), database={"extra": extra, "pool_size": 20}).findings

    assert found["analytics"].status == "error"
    assert "DATABASE_POOL_SIZE + DATABASE_MAX_OVERFLOW to 12" in found["analytics"].change


def test_a_real_replica_is_well(own_server: PostgresServer) -> None:
    with standby_of(own_server) as standby:
        found = examined(url_of(own_server), database={"replica_url": url_of(standby)}).findings

    assert found["replica"].message.startswith(("Connected to database shop", "A round trip"))


@pytest.mark.parametrize("said", [True, False])
def test_pgbouncer_is_recognised(own_server: PostgresServer, said: bool) -> None:
    with pgbouncer_to(own_server) as pgbouncer:
        url = pgbouncer.url("shop")
        report = examined(url, Load(500, 0.020), database={"pgbouncer": said})

    found = report.findings["connection"]
    if said:
        assert found.status == report.findings["timezone"].status == "ok"
        assert "how many it grants is not known" in report.advice[-1]
    else:
        assert found.change == "PgBouncer answers there: set DATABASE_PGBOUNCER=true."
