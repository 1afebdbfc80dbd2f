"""The image: linted, built without an engine, and run as its own user on a read-only root."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.baking import bake
from tests.debian import need
from tests.images import Builder, Image
from tests.running import PATIENCE, ask, environment, free_port, run, uv, wait_until_ready

VERSION = "0123abc"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A service with its lock, and with what must not get into an image."""
    made = bake(tmp_path_factory.mktemp("image"))
    run(uv(), "lock", "--quiet", cwd=made)
    (made / ".env").write_text("DATABASE_URL=postgresql://app:a-secret@nowhere/app\n")
    return made


@pytest.fixture(scope="module")
def image(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Image]:
    need(buildah="buildah", mmdebstrap="mmdebstrap")
    builder = Builder(tmp_path_factory.mktemp("builder"))
    builder.make_base()
    yield builder.build(project, "--build-arg", f"SERVICE_VERSION={VERSION}")
    builder.remove()


@pytest.fixture(scope="module")
def database_url(installed: Path, own_database: Callable[[Path], Path]) -> Iterator[str]:
    with subprocess.Popen(
        [installed / ".venv/bin/python", "-m", "tools.postgres", "--database", "image"],
        cwd=own_database(installed),
        env=environment(),
        stdout=subprocess.PIPE,
        encoding="utf-8",
    ) as server:
        assert server.stdout is not None
        yield server.stdout.readline().strip()
        server.send_signal(signal.SIGINT)


def test_the_dockerfile_is_lint_clean(project: Path) -> None:
    run(Path(sys.executable).parent / "hadolint", project / "Dockerfile")


def test_its_user_is_a_number_that_is_not_root(image: Image) -> None:
    user, group = image.config["User"].split(":")
    assert int(user) > 0
    assert int(group) > 0


def test_its_user_owns_no_file(image: Image) -> None:
    user, _ = image.config["User"].split(":")
    assert run("find", image.root, "-user", user).stdout == ""


def test_it_holds_no_secret_and_no_tool_of_building_or_testing(image: Image) -> None:
    kept = {path.name for path in (image.root / "srv").iterdir()}
    assert kept == {".venv", "alembic.ini", "app", "chassis", "migrations", "pyproject.toml"}
    programs = {path.name for path in (image.root / "srv/.venv/bin").iterdir()}
    assert {"python", "alembic"} <= programs
    assert not programs & {"uv", "pytest", "ruff", "mypy"}
    assert not list(image.root.glob("usr/**/bin/uv"))


def test_its_code_is_compiled_because_it_cannot_write_bytecode_itself(image: Image) -> None:
    modules = {path.stem for path in (image.root / "srv/app").glob("*.py")}
    compiled = (image.root / "srv/app/__pycache__").glob("*.pyc")
    assert {path.name.split(".")[0] for path in compiled} == modules


def test_it_migrates_serves_and_stops_as_its_user_on_a_read_only_root(
    image: Image, database_url: str, tmp_path: Path
) -> None:
    port, log = free_port(), tmp_path / "log"
    given = {
        "DATABASE_URL": database_url,
        "SERVER_PORT": str(port),
        "SERVER_HEALTH_DETAILS": "true",  # else production tells its status alone
    }
    image.run("alembic", "upgrade", "head", given=given)
    check = image.config["Healthcheck"]["Test"][1:]
    with image.running(log, **given) as process:
        wait_until_ready(process, port, log)
        assert owner_of(process) == image.config["User"]
        status, health = ask(port, "GET", "/health")
        assert (status, health["version"]) == (200, VERSION)
        assert health["environment"] == "production"
        healthy = (image.run(*check, given=given, ok=None).returncode == 0 for _ in range(20))
        assert any(healthy)  # on a busy machine, it may not answer in time every time
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) in {0, 143, -signal.SIGTERM}, log.read_text()
    image.run(*check, given=given, ok=False)
    assert "Traceback" not in log.read_text()


def test_without_settings_it_says_what_is_missing(image: Image) -> None:
    done = run(*image.command(*image.config["Cmd"]), env=image.around, ok=False)
    assert "DATABASE_URL is missing." in done.stderr


def owner_of(process: "subprocess.Popen[bytes]") -> str:
    running = psutil.Process(process.pid)
    return f"{running.uids().real}:{running.gids().real}"
