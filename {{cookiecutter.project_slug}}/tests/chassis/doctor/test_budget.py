"""The arithmetic of connections."""

from dataclasses import replace

import pytest

from chassis.doctor.budget import Capacity, Demand, Load, Share


def capacity(
    *, role: int | None = None, database: int | None = None, others: int = 0, reserved: int = 3
) -> Capacity:
    return Capacity(
        max_connections=100,
        reserved=reserved,
        role_limit=role,
        database_limit=database,
        others=others,
    )


def test_each_process_needs_its_pool_and_the_probes_connection() -> None:
    assert Demand(pool=10, processes=1).connections == 11
    assert Demand(pool=15, processes=6).connections == 96


def test_reserved_connections_are_not_ours() -> None:
    assert capacity(reserved=5).usable == 95


@pytest.mark.parametrize(
    ("role", "database", "granted"),
    [(None, None, 97), (20, None, 20), (None, 30, 30), (20, 30, 20), (200, 300, 97), (0, None, 0)],
)
def test_the_tightest_limit_decides(role: int | None, database: int | None, granted: int) -> None:
    assert capacity(role=role, database=database, others=50).granted == granted


@pytest.mark.parametrize("processes", [1, 2, 7])
@pytest.mark.parametrize("connections", [40, 97, 100])
@pytest.mark.parametrize(("pools", "beside"), [(1, 1), (2, 3)])
def test_the_largest_pool_fits_and_the_next_one_does_not(
    connections: int, processes: int, pools: int, beside: int
) -> None:
    wanted = Demand(1, processes, pools, beside)
    pool = wanted.largest_pool(connections)

    assert replace(wanted, pool=pool).connections <= connections
    assert replace(wanted, pool=pool + 1).connections > connections


def test_several_pools_on_one_server_are_counted() -> None:
    assert Demand(pool=10, processes=2, pools=2, beside=3).connections == 46
    assert Demand(10, 2, pools=2, beside=3).spelt_out("10") == "2 x (10) + 3 for probes"


def test_no_pool_fits_when_there_are_more_processes_than_connections() -> None:
    assert Demand(1, processes=3).largest_pool(5) < 1


def test_littles_law() -> None:
    assert Load(requests_per_second=500, seconds=0.020).busy == 10


@pytest.mark.parametrize(
    ("busy", "pool"),
    [
        (0, 1),
        (0.1, 1),
        (1, 3),
        (4, 8),
        (10, 17),  # 16.3 by the square root, 14.3 by the share
        (100, 143),  # 120 by the square root, 142.9 by the share
        (70, 100),  # 70 / 0.7 is a little more in floating point
    ],
)
def test_the_pool_has_headroom_for_a_share_and_for_variation(busy: float, pool: int) -> None:
    assert Share(busy).pool == pool
