"""Each rule of the house: what it refuses, what it lets pass, and that it says why."""

import re
import subprocess
import sys
from pathlib import Path, PurePosixPath

import pytest

from tools.house_rules.__main__ import faults
from tools.house_rules.rules import RULES

PROJECT = Path(__file__).parents[2]
PAGE = re.compile(r"docs/decisions/[\w-]+\.md$")
MODELS, ROUTER = "app/features/tickets/models.py", "app/features/tickets/router.py"
SCHEMAS = "app/features/tickets/schemas.py"
MIGRATION = "migrations/versions/0009-tickets.py"
PROBLEM = "from chassis.problems import Conflict\n"
PATCH, GET = '@router.patch("/{key}")', '@router.get("/{key}"'
SAYS_412 = '@router.patch("/{key}", responses=problems(PreconditionFailed))'


def routes(*paths: str, method: str = "get") -> str:
    return "\n".join(f'@router.{method}("{path}")\nasync def f(): ...' for path in paths)


REFUSED = [
    ("HR001", "app/main.py", '@app.middleware("http")\nasync def add(request, call_next): ...'),
    ("HR001", "chassis/web/hosts.py", 'app.middleware("http")(add)'),
    ("HR002", ROUTER, "await session.commit()"),
    ("HR002", "chassis/web/idempotency.py", "await self.session.rollback()"),
    ("HR002", "chassis/doctor/facts.py", "connection.commit()"),
    ("HR003", MODELS, "lines = relationship()"),
    ("HR003", MODELS, 'lines = orm.relationship("Line", lazy="selectin")'),
    ("HR003", MODELS, "lines = relationship(lazy=chosen)"),
    ("HR003", MODELS, 'lines = relationship(lazy="raise", backref="ticket")'),
    ("HR003", MODELS, 'lines = backref("ticket", lazy="raise")'),
    ("HR003", MODELS, 'lines: WriteOnlyMapped["Line"] = relationship(backref="ticket")'),
    ("HR003", MODELS, 'lines: Mapped[list["Line"]] = relationship()'),
    ("HR004", MODELS, "due_at = mapped_column(DateTime)"),
    ("HR004", MODELS, "due_at = mapped_column(DateTime())"),
    ("HR004", MODELS, "due_at = mapped_column(TIMESTAMP(timezone=False))"),
    ("HR004", MIGRATION, 'sa.Column("due_at", sa.DateTime(), nullable=False)'),
    ("HR005", SCHEMAS, "class TicketCreate(Input):\n    due_at: datetime | None = None"),
    ("HR005", SCHEMAS, "class TicketQuery(PageQuery):\n    since: Annotated[datetime, Field()]"),
    ("HR005", ROUTER, "async def list_tickets(since: datetime): ..."),
    ("HR005", ROUTER, "async def list_tickets(*, since: Annotated[datetime, Query()]): ..."),
    ("HR006", ROUTER, 'class Torn(Conflict):\n    type = "/problems/torn"'),
    ("HR006", "chassis/problems.py", 'class Torn(Conflict):\n    type: str = "/problems/torn"'),
    ("HR006", ROUTER, f'{PROBLEM}class Torn(Conflict):\n    type = "https://tickets.example/torn"'),
    ("HR007", ROUTER, "from fastapi import HTTPException"),
    ("HR007", ROUTER, "from starlette.exceptions import HTTPException"),
    ("HR007", ROUTER, "raise exceptions.HTTPException(404)"),
    ("HR008", ROUTER, "from app.features.orders.schemas import OrderRead"),
    ("HR008", ROUTER, "from app.features.orders import models, router"),
    ("HR008", ROUTER, "import app.features.orders.router"),
    ("HR009", ROUTER, f'{PROBLEM}class Torn(Conflict):\n    title = "Torn"'),
    ("HR009", ROUTER, "from chassis import problems\nclass Torn(problems.Conflict): ..."),
    ("HR009", ROUTER, f"{PROBLEM}class A(Conflict, abstract=True): ...\nclass Torn(A): ..."),
    ("HR010", ROUTER, routes("/{ticket_id}", "/overdue")),
    ("HR010", ROUTER, routes("/{ticket_id}", "/{number}")),
    ("HR010", ROUTER, routes("/{ticket_id}/lines", "/lost/lines")),
    ("HR011", ROUTER, f"{PATCH}\nasync def change():\n    with matching(row, request): ..."),
    ("HR011", ROUTER, f"{GET}, responses=tags(200))\nasync def get(): return not_modified(row)"),
    ("HR012", ROUTER, "import asyncio\nasync def f(): await asyncio.gather(a(), b())"),
    (
        "HR012",
        ROUTER,
        "from asyncio import gather as all_of\nasync def f(): await all_of(a(), b())",
    ),
    ("HR013", ROUTER, "import asyncio\nasync def f(): task = asyncio.create_task(a())"),
    ("HR013", ROUTER, "from asyncio import ensure_future\nensure_future(a())"),
    ("HR013", ROUTER, "asyncio.get_running_loop().create_task(a())"),
    ("HR013", "chassis/web/drain.py", "self._loop.create_task(a())"),
    ("HR014", ROUTER, "try: a()\nexcept asyncio.CancelledError: pass"),
    ("HR014", ROUTER, "try: a()\nexcept (KeyError, CancelledError): log()"),
    ("HR014", ROUTER, "try: a()\nexcept BaseException: log()"),
    ("HR014", ROUTER, "try: a()\nexcept: log()"),
    ("HR014", ROUTER, "try: a()\nexcept CancelledError:\n  def fail(): raise"),
    ("HR014", ROUTER, "with contextlib.suppress(asyncio.CancelledError): a()"),
    ("HR015", ROUTER, "import socket\nasync def f(): socket.getaddrinfo(host, 80)"),
    ("HR015", ROUTER, "from shutil import rmtree as remove\nasync def f():\n  if a: remove(b)"),
    ("HR015", ROUTER, "import concurrent.futures\nasync def f(): concurrent.futures.wait(a)"),
]
KEPT = [
    ("chassis/database/session.py", "await session.commit()"),
    ("app/features/tickets/service.py", "self.commit = commit(rows)"),
    ("app/main.py", "app = FastAPI(middleware=middleware(settings))"),
    (MODELS, 'lines = relationship("Line", lazy="raise", back_populates="ticket")'),
    (MODELS, 'lines = relationship(lazy="write_only")'),
    (MODELS, 'lines: WriteOnlyMapped["Line"] = relationship()'),
    (MODELS, 'lines: orm.WriteOnlyMapped["Line"] = orm.relationship()'),
    (MODELS, "due_at: Mapped[datetime]"),
    (MODELS, "due_at = mapped_column(DateTime(timezone=True))"),
    (MIGRATION, 'sa.Column("due_at", sa.DateTime(timezone=True))'),
    (SCHEMAS, "class TicketCreate(Input):\n    due_at: Instant"),
    (SCHEMAS, "class TicketRead(Output):\n    due_at: datetime"),
    (ROUTER, "async def list_tickets(since: Instant) -> datetime: ..."),
    (ROUTER, 'class Gone(Problem):\n    type = "/problems/not-found"'),
    (ROUTER, "class Kind(Enum):\n    type = TICKET"),
    (ROUTER, f'{PROBLEM}class Torn(Conflict):\n    type = "/problems/not-found"'),
    (ROUTER, f"{PROBLEM}class Refused(Conflict, abstract=True): ..."),
    (ROUTER, "from httpx import Timeout\nclass Mine(Timeout): ..."),
    (ROUTER, routes("/overdue", "/{ticket_id}", "/{ticket_id}/lines", "/{ticket_id:path}")),
    (ROUTER, routes("/{number:int}", "/overdue")),
    (ROUTER, routes("/{ticket_id}") + "\n" + routes("/overdue", method="post")),
    (ROUTER, routes("/{ticket_id}") + "\n" + routes("/overdue").replace("router", "other")),
    (ROUTER, '@pytest.mark.parametrize("a", [])\ndef f(): ...'),
    ("chassis/web/errors/handlers.py", "from starlette.exceptions import HTTPException"),
    (ROUTER, "from app.features.tickets.schemas import TicketRead"),
    (ROUTER, "from app.features.orders.models import Order"),
    (ROUTER, "from app.features.orders.service import OrderService"),
    (ROUTER, f"{SAYS_412}\nasync def change():\n    with matching(row, request): ..."),
    (ROUTER, f"{GET}, responses=tags(200, 304))\nasync def get(): return not_modified(row)"),
    (ROUTER, f"{PATCH}\nasync def change(): ..."),
    (ROUTER, "async def place():\n    with matching(row, request): ..."),
    (ROUTER, "import asyncio\nasync def f(): await gathered(a, b, limit=3)"),
    (ROUTER, "from chassis.doctor.facts import gather\nasync def f(): await gather(settings)"),
    (ROUTER, "async with asyncio.TaskGroup() as group: group.create_task(a())"),
    (ROUTER, "try: a()\nexcept BaseException:\n  log()\n  raise"),
    (ROUTER, "try: a()\nexcept CancelledError as error:\n  if is_cancelled(error): raise"),
    (ROUTER, "with suppress(KeyError): a()\ntry: a()\nexcept Exception: log()"),
    (ROUTER, "import socket\ndef f(): socket.getaddrinfo(host, 80)"),
    (ROUTER, "import shutil\nasync def f(): await threads.run(shutil.rmtree, a)"),
    (ROUTER, "import shutil\nasync def f():\n  def g(): shutil.rmtree(a)\n  await threads.run(g)"),
    (ROUTER, "await session.commit()  # noqa: HR002  a test of the rules"),
    (ROUTER, "await session.commit()  # noqa: E501, HR002  a test of the rules"),
]
RUFF = [
    "from starlette.middleware.base import BaseHTTPMiddleware",
    "import starlette.middleware.base",
    "import os\n\nvalue = os.environ",
    "import os\n\nvalue = os.environb",
    "from os import getenv",
    "from os import getenvb",
    "from os import putenv",
    "from dotenv import load_dotenv",
]


@pytest.mark.parametrize(("code", "path", "source"), REFUSED)
def test_what_breaks_a_rule_is_refused_with_the_page_that_says_why(
    code: str, path: str, source: str
) -> None:
    (fault,) = faults(f"\n{source}\n", PurePosixPath(path))

    assert re.match(rf"{re.escape(path)}:[2-9]:\d+: {code} ", fault)
    assert is_a_page(fault)


def test_every_rule_is_tried() -> None:
    assert {code for code, *_ in REFUSED} == {rule.code for rule in RULES}


@pytest.mark.parametrize(("path", "source"), KEPT)
def test_what_keeps_the_rules_passes(path: str, source: str) -> None:
    assert list(faults(source, PurePosixPath(path))) == []


def test_leave_to_break_one_rule_is_no_leave_to_break_another() -> None:
    path = PurePosixPath(ROUTER)

    assert list(faults("await session.commit()  # noqa: HR001, HR0022", path)) != []


@pytest.mark.parametrize("source", RUFF)
def test_ruff_refuses_a_banned_name_with_the_page_that_says_why(source: str) -> None:
    command = [sys.executable, "-m", "ruff", "check", "--no-cache", "--select=TID251"]
    command += ["--output-format=concise", "--stdin-filename=chassis/web/something.py", "-"]
    done = subprocess.run(
        command, cwd=PROJECT, input=source, capture_output=True, check=False, encoding="utf-8"
    )

    assert done.returncode == 1
    assert is_a_page(done.stdout.splitlines()[0])


def test_the_command_is_green_here_and_says_so() -> None:
    command = (sys.executable, "-m", "tools.house_rules")
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, check=False, encoding="utf-8")

    assert (done.returncode, done.stdout) == (0, "All house rules are kept.\n")


def is_a_page(message: str) -> bool:
    found = PAGE.search(message)
    return found is not None and (PROJECT / found[0]).is_file()
