"""Ring 3: resources written by `make resource` are as good as the rest of a baked service."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.baking import bake
from tests.conftest import commit
from tests.running import environment, free_port, make, run, serving, uv

# Together, every type and every constraint. The first is the README's of the service.
TEN = {
    "invoices": "number:str(40):unique total:decimal due_at:datetime:index paid:bool:default=false "
    "note:text:optional",
    "customers": "email:str(320):unique:index name:str:index tier:enum(free,pro):default=free "
    "active:bool:default=true score:float:index:optional born_on:date:optional",
    "bookings": "customer_id:ref(customers) room:int:index starts_at:datetime:index "
    "price:decimal(10,3):index:default=0 external_id:uuid:unique",
    "people": "name:str meta:json:optional",
    "accounts": "iban:str:34:unique balance:decimal(30,4):index big:bigint:index:default=-5 "
    "opened_on:date:index",
    "memberships": "customer_id:ref(customers) account_id:ref(accounts)",
    "categories": "slug:str(40):unique:index weight:float:index:default=1.5 initial:str(1)",
    "statuses": "code:int:unique counter:bigint:unique rate:float:unique day:date:unique "
    "moment:datetime:unique amount:decimal(5,5):unique",
    "boxes": "payload:json tag:uuid:index:optional kind:enum(only)",
    "refunds": "membership_id:ref(memberships) reviewer_id:ref(customers):optional "
    "approver_id:ref(customers) reason:text:default='not given' flag:bool:index "
    "urgent:bool:optional count:int:optional:index state:enum(open,done):optional:index",
}
BESIDE_THE_EXAMPLE = {
    "reviews": "product_id:ref(products) order_id:ref(orders):optional stars:int:index "
    "title:str(80):default='no title'",
    "people": "email:str:unique",
}
MORE = {"people": ("class=Person",)}


@pytest.fixture(scope="module", params=[True, False], ids=["with-example", "without-example"])
def resources(request: pytest.FixtureRequest) -> dict[str, str]:
    return BESIDE_THE_EXAMPLE if request.param else TEN


@pytest.fixture(scope="module")
def project(resources: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A baked service with the resources, and a database server that runs all the while."""
    made = bake(tmp_path_factory.mktemp("scaffold"), example=resources is BESIDE_THE_EXAMPLE)
    make("setup", cwd=made)
    commit(made, "Start from the template")
    with database_of(made):
        for name, fields in resources.items():
            asked = (f"name={name}", f"fields={fields}", *MORE.get(name, ()))
            said = make("resource", *asked, cwd=made).stdout
            told = set(re.findall(r"^ +create +(\S+)$", said, re.MULTILINE))
            wanted = {f"app/features/{name}/router.py", f"tests/features/{name}/test_router.py"}
            assert wanted < told
            assert f"`make resource-undo name={name}`" in said
        yield made


@contextmanager
def database_of(project: Path) -> Iterator[None]:
    """Keeps the server of the project running; each command would start it anew."""
    process = subprocess.Popen(
        [project / ".venv/bin/python", "-m", "tools.postgres"],
        cwd=project,
        env=environment(PWD=str(project)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("postgresql://")
        yield
        process.terminate()


@pytest.mark.parametrize("check", ["ruff format --check .", "ruff check .", "mypy", "lint-imports"])
def test_a_check_of_the_project_passes(project: Path, check: str) -> None:
    program, *arguments = check.split()
    run(project / ".venv/bin" / program, *arguments, cwd=project)


@pytest.mark.usefixtures("alone")
def test_their_own_tests_pass_and_cover_them(project: Path, resources: dict[str, str]) -> None:
    tests = [f"tests/features/{name}" for name in resources]
    covered = [f"--cov=app/features/{name}" for name in resources]
    arguments = ("-n", "auto", *covered, *tests, "tests/test_migrations.py")
    run(project / ".venv/bin/pytest", *arguments, cwd=project)


def test_schemathesis_finds_nothing(project: Path, tmp_path: Path) -> None:
    port = free_port()
    options = ("--checks", "all", "--max-examples", "10", "--seed", "1", "--wait-for-schema", "30")
    with serving("dev", cwd=project, port=port, log=tmp_path / "log"):
        schema = f"http://127.0.0.1:{port}/openapi.json"
        tool = (uv(), "tool", "run", "schemathesis>=4.32,<5", "run")
        run(*tool, schema, *options, cwd=tmp_path)


def test_migrations_go_up_down_and_up_again(project: Path) -> None:
    for direction in (("upgrade", "head"), ("downgrade", "base"), ("upgrade", "head"), ("check",)):
        alembic = (project / ".venv/bin/alembic", *direction)
        run(project / ".venv/bin/python", "-m", "tools.postgres", "--", *alembic, cwd=project)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ((), "Say what to make"),
        (("name=people", "class=Person", "fields=age:int"), "There is a feature people already"),
        (("name=ants", "fields=legs:integer"), "Did you mean int?"),
        (("name=ants", "fields=hill_id:ref(hills)"), "there is no feature 'hills'"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(
    project: Path, arguments: tuple[str, ...], reason: str
) -> None:
    before = status(project)
    said = make("resource", *arguments, cwd=project, ok=False)
    sentence, end = said.stderr.splitlines()
    assert reason in sentence
    assert end.startswith("make: ***")
    assert status(project) == before


def test_undoing_all_leaves_what_was_committed(project: Path, resources: dict[str, str]) -> None:
    first, *others = resources
    refused = make("resource-undo", f"name={first}", cwd=project, ok=False)
    assert "undo that first" in refused.stderr
    for name in reversed([first, *others]):
        make("resource-undo", f"name={name}", cwd=project)
    assert status(project) == ""
    assert not (project / ".resources").exists()


def status(project: Path) -> str:
    return run("git", "status", "--porcelain", cwd=project).stdout
