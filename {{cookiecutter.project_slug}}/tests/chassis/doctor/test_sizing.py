"""The doctor's advice on the size of a pool."""

from dataclasses import replace
from typing import Any

import pytest

from chassis.doctor.budget import Capacity, Load
from chassis.doctor.sizing import advise
from tests.chassis.doctor.examining import AWAY, FACTS, settings_for


def advice(load: Load, capacity: Capacity = FACTS.capacity, **groups: Any) -> list[str]:
    return advise(settings_for(AWAY, **groups), load, capacity)


def test_advice_shows_its_arithmetic() -> None:
    *lines, last = advice(Load(500, 0.020), server={"workers": 2, "replicas": 1})

    assert lines == [
        "Advice for 500 requests/s that hold a connection for 20 ms each:",
        "  busy         500 requests/s x 0.02 s = 10 connections in use on average (Little's law)",
        "  per process  10 / (2 workers x 1 replica) = 5",
        "  headroom     the larger of 5 / 0.7 = 7.14 and 5 + 2 x sqrt(5) = 9.47, rounded up: 10",
        "  settings     DATABASE_POOL_SIZE=10 + DATABASE_MAX_OVERFLOW=0: enough",
    ]
    assert last == (
        "  server       (10 + 1 for the probe) x 2 = 22 of 97 connections that it grants"
        " beside others: it fits"
    )


@pytest.mark.parametrize(
    ("size", "overflow", "verdict"),
    [
        (17, 0, "enough"),
        (10, 7, "enough, at the price of new connections; DATABASE_POOL_SIZE=17 has none"),
        (10, 6, "too little, set DATABASE_POOL_SIZE=17"),
    ],
)
def test_advice_compares_with_the_settings(size: int, overflow: int, verdict: str) -> None:
    lines = advice(Load(500, 0.020), database={"pool_size": size, "max_overflow": overflow})

    assert lines[4].endswith(f"={size} + DATABASE_MAX_OVERFLOW={overflow}: {verdict}")


@pytest.mark.parametrize(
    ("capacity", "numbers", "verdict"),
    [
        (replace(FACTS.capacity, others=79), "18 of 18", "it fits"),
        (replace(FACTS.capacity, others=80), "18 of 17", "1 too many"),
        (replace(FACTS.capacity, role_limit=5), "18 of 5", "13 too many"),
        (replace(FACTS.capacity, others=99), "18 of 0", "18 too many"),
    ],
)
def test_advice_compares_with_the_server(capacity: Capacity, numbers: str, verdict: str) -> None:
    line = advice(Load(500, 0.020), capacity)[5]

    assert line.endswith(f"{numbers} connections that it grants beside others: {verdict}")


def test_advice_writes_small_and_large_numbers_out() -> None:
    lines = advice(Load(0.001, 0.001))
    assert "0.001 requests/s x 0.001 s = 0.000001 connections" in lines[1]
    assert "1000000000 requests/s" in advice(Load(1e9, 0.001))[0]
