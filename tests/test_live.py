"""Ring 3: a baked service is set up, checked, migrated, started, used and stopped."""

import re
import secrets
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.baking import EVERYTHING, NOTHING, bake
from tests.resources import LIVE, database_of, make_resources
from tests.running import (
    ask,
    forget_database,
    free_port,
    left_behind,
    make,
    run,
    serving,
    uv,
)

BESIDE_THE_EXAMPLE = {
    "reviews": "product_id:ref(products) order_id:ref(orders):optional stars:int:index "
    "title:str(80):default='no title'",
}
ELSEWHERE = ("--exclude-path-regex", "^/v1/(analyses|questions)")
"""What they answer is for a language model, an Oracle database and pgvector, which are not here."""
SIGNED_IN = ("--include-path-regex", "^/v1/auth/(me|api-keys|password)")
"""What is refused to a key, without what ends the session: the rest would be refused after it."""
PRODUCT = {"sku": "pen-1", "name": "Pen", "price_cents": 150, "stock": 10}


@pytest.fixture(scope="module", params=[True, False], ids=["with-example", "without-parts"])
def example(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture(scope="module")
def project(
    example: bool,  # noqa: FBT001
    own_database: Callable[[Path], Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    place = tmp_path_factory.mktemp("live")
    made = own_database(bake(place, parts=EVERYTHING if example else NOTHING))
    make("setup", cwd=made)
    if example:  # what `make resource` writes shares the checks of what a person wrote
        with database_of(made):
            make_resources(made, LIVE | BESIDE_THE_EXAMPLE)
    return made


def test_its_own_checks_are_green(project: Path) -> None:
    make("check", cwd=project)


@pytest.mark.parametrize("example", [True], ids=["with-example"], indirect=True, scope="module")
def test_the_checks_of_the_chassis_are_green(project: Path) -> None:
    """Once: its modules are the same in every bake."""
    make("check-chassis", cwd=project)


@pytest.mark.parametrize("example", [True], ids=["with-example"], indirect=True, scope="module")
def test_it_stands_a_soak(project: Path) -> None:
    """Once: the checks of either service run a short one too."""
    make("soak", "SECONDS=15", cwd=project)


def test_setting_up_again_changes_nothing(project: Path) -> None:
    before = run("git", "status", "--porcelain", "--ignored=no", cwd=project).stdout
    make("setup", cwd=project)
    assert run("git", "status", "--porcelain", "--ignored=no", cwd=project).stdout == before


def test_migrations_go_up_down_and_up_again(project: Path) -> None:
    make("migrate", cwd=project)
    for direction in (("downgrade", "base"), ("upgrade", "head"), ("check",)):
        alembic = (project / ".venv/bin/alembic", *direction)
        run(project / ".venv/bin/python", "-m", "tools.postgres", "--", *alembic, cwd=project)
    assert left_behind(project) == []


def test_it_serves_until_ctrl_c_and_leaves_no_process(
    project: Path,
    example: bool,  # noqa: FBT001
    tmp_path: Path,
) -> None:
    port, log = free_port(), tmp_path / "log"
    with serving("dev", cwd=project, port=port, log=log):
        assert ask(port, "GET", "/docs")[0] == 200
        if example:
            assert ask(port, "POST", "/v1/products", PRODUCT)[0] == 401
            place_an_order(port, sign_in(project, port))
        else:
            assert ask(port, "GET", "/v1/products")[0] == 404
        assert "stop what runs on it" in make("clean", cwd=project, ok=False).stderr
    assert left_behind(project) == []
    assert "Traceback" not in log.read_text()


def test_a_signal_to_make_alone_ends_all_that_it_started(project: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with serving("dev", cwd=project, port=free_port(), log=log, terminated=True):
        pass
    assert left_behind(project) == []
    assert "Traceback" not in log.read_text()


def test_its_port_is_that_of_its_settings_unless_one_is_given(project: Path) -> None:
    assert "--port" not in make("--dry-run", "dev", cwd=project).stdout
    given = make("--dry-run", "dev", "PORT=8001", cwd=project).stdout
    assert re.search(r"serve --reload --port 8001(?:'| &)", given)


def test_schemathesis_finds_nothing(project: Path, tmp_path: Path) -> None:
    port = free_port()
    with serving("dev", cwd=project, port=port, log=tmp_path / "log"):
        schemathesis(port, tmp_path)


@pytest.mark.parametrize("example", [True], ids=["with-example"], indirect=True, scope="module")
def test_schemathesis_finds_nothing_where_every_route_asks_who_calls(
    project: Path, tmp_path: Path
) -> None:
    """It also asks without the token, and with a wrong one."""
    port = free_port()
    with serving("dev", "AUTH_REQUIRED=true", cwd=project, port=port, log=tmp_path / "log"):
        assert ask(port, "GET", "/v1/anything")[0] == 401
        token = sign_in(project, port, "grace@shop.example")
        status, made = ask(port, "POST", "/v1/auth/api-keys", {"name": "fuzzing"}, token)
        assert status == 201, made
        schemathesis(port, tmp_path, *bearer(made["key"]))
        schemathesis(port, tmp_path, *bearer(token), *SIGNED_IN)


def bearer(token: str) -> tuple[str, str]:
    return "--header", f"Authorization: Bearer {token}"


def schemathesis(port: int, cwd: Path, *more: str) -> None:
    """In an environment of its own: it would bring a plugin into our pytest."""
    options = ("--checks", "all", "--max-examples", "15", "--seed", "1", *more, *ELSEWHERE)
    patience = ("--wait-for-schema", "60", "--request-timeout", "60")
    schema = f"http://127.0.0.1:{port}/openapi.json"
    tool = (uv(), "tool", "run", "schemathesis>=4.32,<5", "run")
    env = {"SCHEMATHESIS_HOOKS": str(Path(__file__).with_name("schemathesis_hooks.py"))}
    run(*tool, schema, *options, *patience, cwd=cwd, env=env)


def test_the_demo_of_a_fresh_clone_serves_until_ctrl_c(full_clone: Path, tmp_path: Path) -> None:
    # No earlier run left a database for it.
    clone = full_clone.rename(tmp_path / secrets.token_hex(4))
    port, log = free_port(), tmp_path / "log"
    with serving("demo", cwd=clone, port=port, log=log):
        assert ask(port, "GET", "/docs")[0] == 200
        place_an_order(port)
    assert left_behind(clone) == []
    assert f"http://127.0.0.1:{port}/docs" in log.read_text()
    assert run("git", "status", "--porcelain", cwd=clone).stdout == ""
    forget_database(clone / "demo")


def sign_in(project: Path, port: int, email: str = "ada@shop.example") -> str:
    """As an administrator, who may also change what the example has."""
    python, password = project / ".venv/bin/python", "correct horse battery staple"
    admin = ("accounts", "create-admin", email)
    scopes = ("--scope=products:write", "--scope=orders:write")
    in_database = (python, "-m", "tools.postgres", "--", python, "-m", "app")
    run(*in_database, *admin, *scopes, cwd=project, text=password)
    credentials = {"email": email, "password": password}
    status, tokens = ask(port, "POST", "/v1/auth/sessions", credentials)
    assert status == 201, tokens
    return str(tokens["access_token"])


def place_an_order(port: int, token: str = "") -> None:
    status, product = ask(port, "POST", "/v1/products", PRODUCT, token)
    assert status == 201, product
    order = {"lines": [{"product_id": product["id"], "quantity": 2}]}
    status, placed = ask(port, "POST", "/v1/orders", order, token)
    assert status == 201, placed
    assert placed["total_cents"] == 300
