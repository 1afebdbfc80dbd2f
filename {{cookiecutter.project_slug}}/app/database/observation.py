"""The one place that listens to statements: the request's log line, metrics and spans feed on it.

Statements that SQLAlchemy sends; what asyncpg sends by itself (`driver_connection`) passes by.
"""

from collections.abc import Callable
from time import perf_counter
from typing import Any

import structlog
from sqlalchemy import event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.engine.interfaces import ExecuteStyle
from sqlalchemy.ext.asyncio import AsyncEngine

from app.observability.queries import current_queries

log = structlog.get_logger()

QueryObserver = Callable[[str, float, BaseException | None], None]
"""Called after each statement with its text, its seconds, and its failure if there was one."""


def observe_queries(engine: AsyncEngine, *observers: QueryObserver) -> None:
    """Count and time every statement of the engine, for the request and for each observer."""

    def ended(statement: str, context: Any, error: BaseException | None) -> None:
        seconds = perf_counter() - context.query_started
        if (queries := current_queries()) is not None:
            queries.seconds += seconds
        for observer in observers:
            try:
                observer(statement, seconds, error)
            except Exception:
                log.exception("a query could not be observed")

    def succeeded(_c: Any, _cursor: Any, statement: str, _p: Any, context: Any, _many: Any) -> None:
        context.query_running = False  # a failure while rows are read is not another statement
        ended(statement, context, None)

    def failed(failure: ExceptionContext) -> None:
        if getattr(failure.execution_context, "query_running", False):
            error = failure.original_exception
            ended(failure.statement or "", failure.execution_context, error)

    event.listen(engine.sync_engine, "before_cursor_execute", _begun)
    event.listen(engine.sync_engine, "after_cursor_execute", succeeded)
    event.listen(engine.sync_engine, "handle_error", failed)


def _begun(_c: Any, _cursor: Any, statement: str, _p: Any, context: Any, _many: Any) -> None:
    if (queries := current_queries()) is not None:
        bulk = context.execute_style is ExecuteStyle.INSERTMANYVALUES
        queries.begun(statement, one_of_a_bulk=bulk)
    context.query_running = True
    context.query_started = perf_counter()


def add_database_time(seconds: float) -> None:
    """Of what is no statement to SQLAlchemy, such as COMMIT."""
    if (queries := current_queries()) is not None:
        queries.seconds += seconds
