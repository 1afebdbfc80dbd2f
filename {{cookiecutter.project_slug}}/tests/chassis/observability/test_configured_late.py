"""Logging that is configured late, or again, reaches whoever wrote a line before."""

import pkgutil
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType

import pytest
import structlog
from fastapi import FastAPI

import chassis
from chassis.web.routing.shadows import tell_shadows
from tests.chassis.observability.conftest import configured, lines

KEPT = type(structlog.get_logger())


@pytest.fixture(autouse=True)
def _as_an_application_configured_it() -> Iterator[None]:
    """The documentation of structlog advises to keep each logger as it is at its first line."""
    before = structlog.get_config()
    structlog.configure(cache_logger_on_first_use=True)
    yield
    structlog.configure(**before)


def test_a_module_that_wrote_a_line_before_writes_as_configured_since() -> None:
    app = FastAPI()
    for path in ("/{name}", "/hidden"):
        app.get(path)(lambda: None)
    configured("console")
    structlog.configure(cache_logger_on_first_use=True)

    tell_shadows(app.routes)
    read = configured("json")
    tell_shadows(app.routes)

    assert [line["route"] for line in lines(read)] == ["GET /hidden"]


def test_a_logger_that_wrote_since_follows_the_next_configuration_too() -> None:
    log = structlog.get_logger()
    configured("console")
    log.info("first")

    read = configured("json")
    log.info("second")

    assert [line["event"] for line in lines(read)] == ["second"]


@pytest.mark.no_cover  # it covers nothing; measured, it would take twice as long
def test_no_module_of_the_chassis_keeps_a_logger() -> None:
    keeping = {
        f"{module.__name__}.{name}"
        for module in modules()
        for name, value in vars(module).items()
        if isinstance(value, KEPT)
    }

    assert keeping == set()


def modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(chassis.__path__, "chassis."):
        yield import_module(found.name)
