"""The recipes of docs/frameworks keep the discipline of the database, each by each of its servers.

Two workers with a pool of four; what is created is committed before it is told; SIGTERM ends it.
"""

import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.frameworks import (
    ENDINGS,
    OPEN,
    POOL,
    RECIPES,
    WORKERS,
    Postgres,
    Row,
    misuses,
    rows,
    serving,
)
from tests.pieces import database_server
from tests.running import run, uv

CREATES, CLIENTS = 200, 8
MAY_NOT_END = {"sanic": 3}
"""How often a server is tried that may stay when it is told to end.

Sanic's manager, interrupted by the signal, asks for the state of its workers on the connection on
which it may be asking already: `shutdown_signal` and `_sync_states` in `sanic/worker/manager.py`.
"""
APPLICATIONS = sorted(path.name for path in RECIPES.glob("with_*"))


@pytest.fixture(scope="module")
def programs(chassis_wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the page says to install, in an environment of its own."""
    home = tmp_path_factory.mktemp("frameworks") / "venv"
    run(uv(), "venv", "--quiet", home)
    install = (uv(), "pip", "install", "--quiet", "--python", home / "bin/python")
    run(*install, chassis_wheel, "--requirement", RECIPES / "requirements.txt")
    return home / "bin"


@pytest.fixture(scope="module")
def recipes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy, so that nothing is left behind in the template."""
    left_out = shutil.ignore_patterns("__pycache__")
    return shutil.copytree(RECIPES, tmp_path_factory.mktemp("recipes") / "shop", ignore=left_out)


@pytest.fixture(scope="module")
def postgres(
    tmp_path_factory: pytest.TempPathFactory, recipes: Path, programs: Path
) -> Iterator[Postgres]:
    with database_server(tmp_path_factory.mktemp("server")) as url:
        run(programs / "python", "products.py", cwd=recipes, env={"DATABASE_URL": url})
        yield Postgres(url)


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.id)
def test_a_framework_keeps_the_discipline(
    row: Row, recipes: Path, programs: Path, postgres: Postgres
) -> None:
    for others in reversed(range(MAY_NOT_END.get(row.program, 1))):
        try:
            keeps_the_discipline(row, recipes, programs, postgres)
            break
        except subprocess.TimeoutExpired:
            if not others:
                raise


def keeps_the_discipline(row: Row, recipes: Path, programs: Path, postgres: Postgres) -> None:
    with serving(row, recipes, programs, postgres) as served:
        served.wait_until_it_answers("/health/ready", 200)
        with ThreadPoolExecutor(CLIENTS) as clients:
            read = list(clients.map(served.created_and_read, map(str, range(CREATES))))
        status, problem = served.create("7")
        connections = served.connections()
        in_flight, ended = served.stop_with_a_request_in_flight()
        postgres.wait_for(0, OPEN, served.database)

    assert read == [True] * CREATES
    assert (status, problem.get("type")) == (409, "/problems/already-exists")
    assert WORKERS <= connections <= WORKERS * (POOL + 1)  # and one for the probe
    assert (in_flight, ended) == (201, 0), served.log.read_text()
    # Who closes its connections says so to PostgreSQL, who just ends does not.
    assert postgres.rows(ENDINGS, served.database) == [(0, 0, 0)], served.log.read_text()


@pytest.mark.parametrize("row", misuses(), ids=lambda row: row.id)
def test_what_the_page_warns_of_fails(
    row: Row, recipes: Path, programs: Path, postgres: Postgres
) -> None:
    with serving(row, recipes, programs, postgres) as served:
        served.wait_until_it_answers("/", 404)
        statuses = [served.create(str(number))[0] for number in range(3)]
        said = served.log.read_text()

    # The first loop of Flask's serves, until it ends with the first request.
    expected = 201 if row.framework == "async_views" else 500
    assert statuses == [expected, 500, 500], said
    is_told = "and used in its fork" in said and "open it where a worker starts" in said
    assert is_told == (row.framework == "before_the_fork")


@pytest.mark.parametrize("application", APPLICATIONS)
def test_an_application_passes_its_own_tests(
    application: str, recipes: Path, programs: Path, postgres: Postgres
) -> None:
    """In directories of their own, as one that copies it would have it."""
    command = ("-m", "pytest", "-q", "-W", "error", "--import-mode=importlib", application)
    env = {"DATABASE_URL": postgres.url, "PYTHONPATH": str(recipes)}
    done = run(programs / "python", *command, cwd=recipes, env=env)
    assert " passed" in done.stdout
