"""The one place that watches statements: the request's log line, metrics and spans feed on it.

What asyncpg sends by itself (`driver_connection`) passes by.
"""

from collections.abc import Callable
from time import perf_counter
from typing import Any, cast

import structlog
from sqlalchemy import event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.engine.interfaces import ExecuteStyle
from sqlalchemy.ext.asyncio import AsyncEngine

from app.observability.queries import current_queries

log = structlog.get_logger()

QueryObserver = Callable[[str, float, BaseException | None], None]
"""Called after each statement with its text, its seconds, and its failure if there was one."""


class QueryObservation:
    """Counts and times every statement of an engine, for the request and for each observer."""

    def __init__(self) -> None:
        self.observers: list[QueryObserver] = []

    def begun(self, statement: str, *, one_of_a_bulk: bool = False) -> float:
        """The moment, to be given to `ended`."""
        if (queries := current_queries()) is not None:
            queries.begun(statement, one_of_a_bulk=one_of_a_bulk)
        return perf_counter()

    def ended(self, statement: str, begun: float, error: BaseException | None = None) -> None:
        seconds = perf_counter() - begun
        add_database_time(seconds)
        for observer in self.observers:
            try:
                observer(statement, seconds, error)
            except Exception:
                log.exception("a query could not be observed")


def add_database_time(seconds: float) -> None:
    """Of what is no statement to SQLAlchemy, such as COMMIT."""
    if (queries := current_queries()) is not None:
        queries.seconds += seconds


def observation_of(engine: AsyncEngine) -> QueryObservation:
    return cast("QueryObservation", engine.get_execution_options()["observation"])


def observe_queries(engine: AsyncEngine) -> None:
    """From now on, what SQLAlchemy sends; `observation_of` is for what is sent past it."""
    observation = QueryObservation()
    engine.update_execution_options(observation=observation)

    def begun(_c: Any, _cursor: Any, statement: str, _p: Any, context: Any, _many: Any) -> None:
        bulk = context.execute_style is ExecuteStyle.INSERTMANYVALUES
        context.query_begun = observation.begun(statement, one_of_a_bulk=bulk)

    def succeeded(_c: Any, _cursor: Any, statement: str, _p: Any, context: Any, _many: Any) -> None:
        begun, context.query_begun = context.query_begun, None  # reading rows is no statement
        observation.ended(statement, begun)

    def failed(failure: ExceptionContext) -> None:
        begun = getattr(failure.execution_context, "query_begun", None)
        if begun is not None:
            observation.ended(failure.statement or "", begun, failure.original_exception)

    event.listen(engine.sync_engine, "before_cursor_execute", begun)
    event.listen(engine.sync_engine, "after_cursor_execute", succeeded)
    event.listen(engine.sync_engine, "handle_error", failed)
