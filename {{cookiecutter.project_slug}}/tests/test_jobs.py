"""The jobs and schedules of the service go together."""

from app.jobs import JOBS, SCHEDULES
from chassis.jobs.registry import Registry
from tests.support.serving import SERVICE, interpret


def test_every_schedule_has_its_job_and_every_name_is_used_once() -> None:
    registry = Registry(JOBS, SCHEDULES)

    assert len(registry.jobs) == len(JOBS)


def test_the_worker_has_the_settings_of_the_service(database_url: str) -> None:
    env = {"DATABASE_URL": database_url, "DATABASE_CONNECT_TIMEOUT": "60", "LOG_FORMAT": "json"}
    with interpret(SERVICE, "work", "--once", env=env, measured=True) as process:
        output, _ = process.communicate()

    assert process.returncode == 0, output
