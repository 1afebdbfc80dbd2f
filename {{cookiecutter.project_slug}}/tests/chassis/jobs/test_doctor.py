"""The doctor counts what workers open beside the service, and says where events go."""

from typing import Any

import pytest

from chassis.doctor.budget import Capacity, Load
from chassis.doctor.capacity import demand, too_little
from chassis.doctor.report import Status
from chassis.doctor.sizing import advise
from chassis.jobs.doctor import events
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


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"environment": "development"}, []),
        ({"environment": "production"}, [Status.WARNING]),
        ({"environment": "production", "events": {"url": "nats://nats:4222"}}, [Status.OK]),
    ],
)
async def test_events_that_go_nowhere_in_production_are_told(
    given: dict[str, Any], told: list[Status]
) -> None:
    settings = settings_of(WorkerSettings, {"database": {"url": "postgresql://a:b@h/d"}} | given)

    assert [finding.status for finding in (await events(settings)).values()] == told
