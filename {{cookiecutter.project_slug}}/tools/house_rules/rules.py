"""The rules: what is looked for, where, and which page of `docs/decisions` says why."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from tools.house_rules import concurrency, finders, problems, routes

PYTHON = ("app", "chassis", "migrations")
FEATURES = ("app/features",)
ONE_TRANSACTION = "0003-one-request-one-transaction.md"
PROBLEMS = "0004-errors-are-problem-details.md"
OFFSETS = "0023-instants-know-their-offset.md"
CONCURRENCY = "0046-tasks-have-an-end.md"


@dataclass(frozen=True)
class Rule:
    code: str
    finder: finders.Finder
    message: str
    page: str
    within: Sequence[str] = PYTHON
    outside: Sequence[str] = ()

    def applies_to(self, path: PurePosixPath) -> bool:
        inside = any(path.is_relative_to(folder) for folder in self.within)
        return inside and not any(path.is_relative_to(folder) for folder in self.outside)


RULES = (
    Rule(
        "HR001",
        finders.function_middleware,
        "This makes a BaseHTTPMiddleware; write a pure ASGI class",
        "0005-pure-asgi-middleware.md",
    ),
    Rule(
        "HR002",
        finders.end_of_transaction,
        "The session layer ends transactions; return to commit, raise to roll back",
        ONE_TRANSACTION,
        outside=["chassis/database"],
    ),
    Rule(
        "HR003",
        finders.lazy_relationship,
        'A relationship is lazy="raise" and has no backref; a query names what it loads',
        "0022-relationships-are-loaded-by-name.md",
    ),
    Rule(
        "HR004",
        finders.naive_column,
        "This column forgets the offset; take DateTime(timezone=True)",
        OFFSETS,
    ),
    Rule(
        "HR005",
        finders.naive_input,
        "This lets in an instant without offset; take Instant of chassis/web/types.py",
        OFFSETS,
    ),
    Rule(
        "HR006",
        problems.untold_problem,
        "docs/runbook.md tells nobody what to do about this problem; add `### `/problems/...``",
        PROBLEMS,
    ),
    Rule(
        "HR007",
        finders.http_exception,
        "Raise NotFound, Conflict, InvalidRequest, or a Problem of your own: chassis/problems.py",
        PROBLEMS,
        outside=["chassis/web"],
    ),
    Rule(
        "HR008",
        finders.neighbours_interface,
        "Another feature's router and schemas are its own; use models, repository or service",
        "0002-one-package-for-each-resource.md",
        within=FEATURES,
    ),
    Rule(
        "HR009",
        problems.untyped_problem,
        'Clients tell problems apart by type; give it one, such as type = "/problems/cart-full", '
        "or say abstract=True of a base for others",
        PROBLEMS,
    ),
    Rule(
        "HR010",
        routes.hidden_route,
        "No request reaches this route, a parameter above takes its path; move it above that",
        "0025-quick-routes.md",
    ),
    Rule(
        "HR011",
        finders.untold_condition,
        "Clients cannot know the header; with matching say problems(PreconditionFailed), "
        "with not_modified tags(200, 304)",
        "0009-optimistic-concurrency.md",
        within=FEATURES,
    ),
    Rule(
        "HR012",
        concurrency.gathering,
        "After the first failure the others run on, and what they gave is lost; asyncio.TaskGroup "
        "for all or nothing, gathered of chassis/concurrency/fan_out.py for many",
        CONCURRENCY,
    ),
    Rule(
        "HR013",
        concurrency.loose_task,
        "Nobody waits for this task or hears that it failed; asyncio.TaskGroup, or in_background "
        "or detached of chassis/concurrency",
        CONCURRENCY,
    ),
    Rule(
        "HR014",
        concurrency.swallowed_cancellation,
        "Whoever cancelled it waits in vain; raise it again, and wait for the end of a task by "
        "asyncio.wait([task])",
        CONCURRENCY,
    ),
    Rule(
        "HR015",
        concurrency.blocking_call,
        "All requests of the process wait while this blocks; await threads.run(function, ...), "
        "with Threads of chassis/concurrency/threads.py",
        CONCURRENCY,
    ),
)
