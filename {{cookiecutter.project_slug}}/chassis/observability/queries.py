"""What one request asks of the database: how often, how long, and which statement repeatedly.

Everything that a request starts, tasks and threads too, finds the request's `Queries` in its
context. Outside a request there is none, and nothing is counted.
"""

from contextvars import ContextVar

MANY = 10
"""So many times the same statement is one that should have been sent once."""
SHORT = 200


class Queries:
    def __init__(self, *, by_statement: bool = False) -> None:
        self.count = 0
        self.seconds = 0.0
        """Of statements and of COMMIT; waiting for a connection is not among them."""
        self.held = 0
        """Connections that it holds now; counted in development, where something is called."""
        self._times: dict[str, int] | None = {} if by_statement else None

    def begun(self, statement: str, *, one_of_a_bulk: bool) -> None:
        self.count += 1
        if self._times is not None and not one_of_a_bulk:
            self._times[statement] = self._times.get(statement, 0) + 1

    def most_repeated(self) -> tuple[str, int] | None:
        """The statement, shortened, and how often it was sent; None when no one is sent often."""
        if not self._times:
            return None
        statement, times = max(self._times.items(), key=lambda item: item[1])
        return (" ".join(statement.split())[:SHORT], times) if times >= MANY else None


_of_request: ContextVar[Queries | None] = ContextVar("queries", default=None)


def count_queries(*, by_statement: bool) -> Queries:
    """Of everything that runs in this context from now on."""
    queries = Queries(by_statement=by_statement)
    _of_request.set(queries)
    return queries


def current_queries() -> Queries | None:
    return _of_request.get()
