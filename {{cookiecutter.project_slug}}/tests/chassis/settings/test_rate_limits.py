"""How a rate is written, and where rates are counted."""

from typing import Any

import pytest
from limits import parse

from chassis.settings import Settings
from tests.chassis.settings.telling import URL, faults


@pytest.mark.parametrize("rate", ["100/minute", "5/second", "1000/12 hours", "1/day"])
def test_a_rate_limit_is_a_number_and_a_time(setenv: Any, rate: str) -> None:
    setenv(DATABASE_URL=URL, RATE_LIMIT_DEFAULT=rate, RATE_LIMIT_ENABLED="true")

    assert Settings().rate.limit_default == rate
    assert Settings().rate.limit_enabled
    assert parse(rate).amount == int(rate.partition("/")[0])


@pytest.mark.parametrize("rate", ["often", "0/minute", "-1/day", "100", "5/0 days", "1/week", ""])
def test_any_other_rate_limit_is_refused_with_an_example(setenv: Any, rate: str) -> None:
    setenv(DATABASE_URL=URL, RATE_LIMIT_DEFAULT=rate)

    (fault,) = faults()

    assert fault.startswith("RATE_LIMIT_DEFAULT: must be a number and a time, such as 100/minute")
    assert fault.endswith(f"(it is {rate!r})")


@pytest.mark.parametrize("url", ["redis://:hunter2@redis:6379/0", "rediss://redis"])
def test_a_redis_has_a_url(setenv: Any, url: str) -> None:
    setenv(DATABASE_URL=URL, REDIS_URL=url)

    found = Settings().redis.url
    assert found is not None
    assert found.get_secret_value() == url
    assert "hunter2" not in repr(Settings())


def test_a_redis_is_not_needed(setenv: Any) -> None:
    setenv(DATABASE_URL=URL, REDIS_URL="")

    assert Settings().redis.url is None


@pytest.mark.parametrize("url", ["redis", "unix:///redis", "http://:hunter2@redis", "redis://"])
def test_another_redis_url_is_refused_without_showing_it(setenv: Any, url: str) -> None:
    setenv(DATABASE_URL=URL, REDIS_URL=url)

    (fault,) = faults()

    assert fault.startswith("REDIS_URL: must look like redis://")
    assert "hunter2" not in fault
