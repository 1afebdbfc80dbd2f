"""A plugin for FastAPI's tests: what they ask for goes through the service's quick routes.

Set by the environment, because workers are started anew: `QUICKENED`, `COROUTINES`, and `FOUND`,
the file for what is found.
"""

import functools
import inspect
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fastapi
import pytest
from fastapi import routing
from fastapi.dependencies import utils

SILENT = {"tracing": False, "metrics": False, "logs": False}
failed: set[str] = set()
lean: set[str] = set()
answered = 0


# A test that calls what it thinks a function leaves a coroutine, which is told to whichever test
# runs when it is collected.
NEVER_AWAITED = "ignore:coroutine .* was never awaited:RuntimeWarning"


def pytest_configure(config: pytest.Config) -> None:
    if os.environ.get("QUICKENED"):
        quicken_every_application()
    if os.environ.get("COROUTINES"):
        make_coroutines_of_functions()
        config.addinivalue_line("filterwarnings", NEVER_AWAITED)


def quicken_every_application() -> None:
    from chassis.web.routing import quicken  # noqa: PLC0415  only where it is asked for
    from chassis.web.routing.lean_route import LeanRoute  # noqa: PLC0415

    made, answer = fastapi.FastAPI.__init__, LeanRoute.__call__

    @functools.wraps(made)
    def make(app: fastapi.FastAPI, *arguments: Any, **named: Any) -> None:  # noqa: ANN401
        made(app, *arguments, **named)
        quicken(app)

    async def count(route: LeanRoute, *arguments: Any) -> None:  # noqa: ANN401
        global answered  # noqa: PLW0603  one for each worker
        answered += 1
        await answer(route, *arguments)

    fastapi.FastAPI.__init__ = make
    LeanRoute.__call__ = count


def make_coroutines_of_functions() -> None:
    """Of handlers and dependencies, which else run in threads: many more routes are plain then.

    Without FastAPI's own spans, which a lean handler leaves to FastAPI's.
    """
    made, usual = fastapi.FastAPI.__init__, utils.get_dependant

    @functools.wraps(made)
    def make(app: fastapi.FastAPI, *arguments: Any, **named: Any) -> None:  # noqa: ANN401
        made(app, *arguments, **{"telemetry": SILENT, **named})

    def get_dependant(*, call: Callable[..., Any], **options: Any) -> Any:  # noqa: ANN401
        return usual(call=as_coroutine(call) if is_plain_function(call) else call, **options)

    fastapi.FastAPI.__init__ = make
    utils.get_dependant = get_dependant
    routing.get_dependant = get_dependant


@functools.cache
def as_coroutine(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    async def run(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401
        return function(*arguments, **named)

    return run


def is_plain_function(call: object) -> bool:
    return inspect.isfunction(call) and not (
        inspect.iscoroutinefunction(call)
        or inspect.isgeneratorfunction(call)
        or inspect.isasyncgenfunction(call)
        or hasattr(call, "__wrapped__")
    )


def pytest_runtest_setup(item: pytest.Item) -> None:
    global answered  # noqa: PLW0603
    answered = 0
    item.user_properties.clear()


def pytest_runtest_teardown(item: pytest.Item) -> None:
    item.user_properties.append(("lean", answered))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """In the worker, and again where all reports come together."""
    if report.failed:
        failed.add(report.nodeid)
    if dict(report.user_properties).get("lean"):
        lean.add(report.nodeid)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if not hasattr(session.config, "workerinput"):
        found = {"ran": session.testscollected, "failed": sorted(failed), "lean": len(lean)}
        Path(os.environ["FOUND"]).write_text(json.dumps(found), encoding="utf-8")
