"""What watches statements: the request's log line, metrics and spans feed on it.

What asyncpg sends by itself (`driver_connection`) passes by.
"""

from collections.abc import Callable
from time import perf_counter

import structlog

from chassis.observability.queries import current_queries

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
            except Exception:  # noqa: BLE001  an observer must not break a statement
                structlog.get_logger().exception("a query could not be observed")


def add_database_time(seconds: float) -> None:
    """Of what is no statement to SQLAlchemy, such as COMMIT."""
    if (queries := current_queries()) is not None:
        queries.seconds += seconds
