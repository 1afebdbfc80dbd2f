"""What the doctor makes of the facts."""

from dataclasses import replace
from typing import Any

import pytest

from chassis.doctor.report import ok
from tests.chassis.doctor.examining import FACTS, check


@pytest.mark.parametrize(
    ("name", "server"),
    [
        ("version", {"version": "13.22", "major": 13}),
        ("encoding", {"encoding": "SQL_ASCII"}),
    ],
)
def test_a_server_that_will_not_do_is_an_error(name: str, server: dict[str, Any]) -> None:
    assert check(name).status == "ok"
    assert check(name, replace(FACTS, server=replace(FACTS.server, **server))).status == "error"


def test_the_oldest_server_that_will_do() -> None:
    server = replace(FACTS.server, version="14.0", major=14)

    assert check("version", replace(FACTS, server=server)) == ok("PostgreSQL 14.0")


def test_a_session_that_is_not_in_utc_is_told() -> None:
    server = replace(FACTS.server, timezone="Europe/Berlin")

    assert check("timezone", replace(FACTS, server=server)).status == "warning"


@pytest.mark.parametrize(("seconds", "status"), [(0.0001, "ok"), (0.010, "ok"), (0.011, "warning")])
def test_a_distant_database_is_told(seconds: float, status: str) -> None:
    found = check("latency", replace(FACTS, latency=seconds))

    assert found.status == status
    assert f"{seconds * 1000:.2f} ms" in found.message


@pytest.mark.parametrize("lead", [-1, 0, 1])
def test_clocks_may_differ_a_little(lead: float) -> None:
    assert check("clock", replace(FACTS, clock_lead=lead)).status == "ok"
