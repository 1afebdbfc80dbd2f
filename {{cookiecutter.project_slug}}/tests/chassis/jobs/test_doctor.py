"""The doctor counts what workers open beside the service."""

from chassis.doctor.budget import Capacity, Load
from chassis.doctor.capacity import demand, too_little
from chassis.doctor.sizing import advise
from tests.chassis.jobs.served_worker import WorkerSettings
from tests.support.settings import settings_of

GIVEN = {"database": {"url": "postgresql://a:b@h/d"}, "jobs": {"concurrency": 6, "replicas": 2}}


def test_connections_of_workers_are_part_of_the_demand() -> None:
    settings = settings_of(WorkerSettings, GIVEN)
    wanted = demand(settings)

    assert wanted.others == (6 + 4) * 2
    assert wanted.connections == 10 + 1 + 20
    assert wanted.largest_pool(31) == 10
    few = Capacity(20, 0, None, None, 0)
    assert " + 20 for jobs = 31 connections" in too_little(settings, few)
    advice = advise(settings, Load(100, 0.01), None)
    assert any(" + 20 for jobs = " in line for line in advice)
