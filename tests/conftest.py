"""What all rings share: a home for cookiecutter, an environment with tools, a clone."""

import os
import shutil
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from filelock import FileLock
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from distribution.__main__ import build
from tests.baking import DEFAULT, EVERYTHING, ROOT, TEMPLATE, bake
from tests.pieces import PIECES, Serve, Served, database_server, hurried, serving, take
from tests.running import forget_database, run, uv

WHOLE_SUITES = {"test_live.py", "test_fastapi_suite.py", "test_in_place.py", "test_scaffold.py"}
"""They run whole suites of tests: two at a time would starve each other on a small machine."""
LARGE = ("chassis", "docs/decisions", "tests")
"""Rooms of a service with nearly all of its files: an update takes half as long without them."""


def pytest_configure() -> None:
    """What a shell starts in the background ignores Ctrl-C, and so would all that tests start."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_xdist_auto_num_workers() -> int:
    """One waits for other programs, as some test always does."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest first, so that nobody waits for it in the end."""
    items.sort(key=lambda item: item.path.name not in WHOLE_SUITES)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling:
    return OneSuiteAtATime(config, log)


class OneSuiteAtATime(LoadFileScheduling):  # type: ignore[misc]  # xdist ships no types
    """One process runs these files, one after the other; any runs each of the others."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return "suites" if Path(file).name in WHOLE_SUITES else file


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A directory that every worker sees."""
    base = tmp_path_factory.getbasetemp()
    return base if worker_id == "master" else base.parent


@pytest.fixture(scope="session", autouse=True)
def _own_cookiecutter_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Nobody's default answers or replays reach the tests, nor theirs anybody's."""
    home = tmp_path_factory.mktemp("cookiecutter")
    config = home / "config.yaml"
    config.write_text(f"cookiecutters_dir: '{home}/clones'\nreplay_dir: '{home}/replays'\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COOKIECUTTER_CONFIG", str(config))
        yield


@pytest.fixture(scope="session", autouse=True)
def _types_are_kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The bakes have the same modules; mypy reads the first, and of the others what differs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MYPY_CACHE_DIR", str(tmp_path_factory.mktemp("types")))
        yield


@pytest.fixture(scope="session")
def installed(shared: Path) -> Path:
    """A service with all parts and its environment, made once for all workers; only to be read."""
    home = shared / "installed"
    with FileLock(shared / "installed.lock"):
        if not (home / "ready").exists():
            shutil.rmtree(home, ignore_errors=True)
            run(uv(), "sync", "--quiet", cwd=bake(home, parts=EVERYTHING))
            (home / "ready").touch()
    return home / DEFAULT


@pytest.fixture(scope="session")
def own_database() -> Iterator[Callable[[Path], Path]]:
    """Gives a service a database that is new, and deletes it in the end.

    Root's server keeps its data elsewhere, by the service's path: an earlier run may have had that.
    """
    services: list[Path] = []

    def own(service: Path) -> Path:
        services.append(service)
        forget_database(service)
        return service

    yield own
    for service in services:
        forget_database(service)


@pytest.fixture(scope="session")
def tools(installed: Path) -> Path:
    """Where the service's ruff, mypy, pytest and the like are."""
    return installed / ".venv/bin"


@pytest.fixture(scope="session")
def chassis_wheel(shared: Path) -> Path:
    """The wheel of the chassis, built once for all workers."""
    home = shared / "wheel"
    with FileLock(shared / "wheel.lock"):
        return next(home.glob("*.whl"), None) or build(home)


@pytest.fixture(scope="session")
def _full_clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clone_template(tmp_path_factory.mktemp("published") / "template")


@pytest.fixture
def full_clone(_full_clone: Path, tmp_path: Path) -> Path:
    """A repository of the template as it is now, with what is not committed yet; free to change."""
    return Path(shutil.copytree(_full_clone, tmp_path / "template"))


@pytest.fixture(scope="session")
def _clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clone_template(tmp_path_factory.mktemp("published") / "template", without=LARGE)


@pytest.fixture
def clone(_clone: Path, tmp_path: Path) -> Path:
    """The same without its large rooms, for who asks how files are treated, not which there are."""
    return Path(shutil.copytree(_clone, tmp_path / "template"))


def clone_template(target: Path, *, without: Iterable[str] = ()) -> Path:
    left_out = tuple(f"{TEMPLATE.name}/{room}/" for room in without)
    listed = run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=ROOT)
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file() and not name.startswith(left_out):
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    run("git", "-c", "init.defaultBranch=main", "init", "--quiet", cwd=target)
    commit(target, "The template as it is")
    run("git", "gc", "--quiet", "--prune=now", cwd=target)  # every copy of it is half as many files
    return target


def commit(repository: Path, message: str) -> str:
    """Commit everything; return the new commit."""
    someone = ("-c", "user.name=Someone", "-c", "user.email=someone@example.invalid")
    run("git", "add", "--all", cwd=repository)
    run("git", *someone, "commit", "--quiet", "--no-verify", "--message", message, cwd=repository)
    return run("git", "rev-parse", "HEAD", cwd=repository).stdout.strip()


@pytest.fixture(scope="session")
def pieces_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the pieces of docs/take-one-piece.md keep their rows; that for servers starts it."""
    with database_server(tmp_path_factory.mktemp("server")) as url:
        yield url


@pytest.fixture
def serve(pieces_database: str, tmp_path: Path) -> Serve:
    """The application with a piece and what a test adds; `soon` shortens what it waits for."""

    def serve(name: str, more: str = "", *, soon: bool = False) -> AbstractContextManager[Served]:
        piece = hurried(PIECES[name]) if soon else PIECES[name]
        take(piece, tmp_path, more)
        return serving(piece, tmp_path, pieces_database)

    return serve
