"""Start programs the way a person's shell would, whatever shell the tests were started from."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import psutil

# Would reach into the programs under test: the outer make, pytest and virtual environment, a
# running git hook, and settings of a real service.
FOREIGN = {"T", "PORT", "MFLAGS", "VIRTUAL_ENV", "ENVIRONMENT", "REDIS_URL"} | {
    f"GIT_{name}" for name in ("DIR", "INDEX_FILE", "WORK_TREE", "PREFIX")
}
FOREIGN_GROUPS = (
    *("MAKE", "PYTHON", "PYTEST", "COV"),
    *("SERVER_", "DATABASE_", "CORS_", "LOG_", "RATE_LIMIT_", "METRICS_"),
)
MEMORY = Path("/dev/shm")  # noqa: S108  TMPDIR, where each makes names of its own
OWN_UV = Path(__file__).parent.parent / ".tools/uv/bin/uv"
PATIENCE = 180.0
INTERRUPTED = {0, 2, 130, -signal.SIGINT}  # what make answers to Ctrl-C


def environment(**more: str) -> dict[str, str]:
    """Return the caller's environment without what would reach into the program."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in FOREIGN and not name.startswith(FOREIGN_GROUPS)
    }
    return kept | more


def uv() -> str:
    """Find uv where the Makefile does."""
    return os.environ.get("UV") or shutil.which("uv") or str(OWN_UV)


def run(
    *command: str | Path,
    cwd: Path | None = None,
    env: dict[str, str] | None = None,
    text: str = "",
    ok: bool | None = True,
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end; expect it to succeed (or, with ok=False, to fail)."""
    __tracebackhide__ = True
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=environment(**({"PWD": str(cwd)} if cwd else {})) | (env or {}),
        input=text,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    output = (
        f"{' '.join(map(str, command))} ended with {done.returncode}\n{done.stdout}{done.stderr}"
    )
    assert ok is None or (done.returncode == 0) is ok, output
    return done


def temporary_in_memory() -> dict[str, str]:
    """For who makes and deletes files by the thousand: ext4 passes by all that went lately."""
    return {"TMPDIR": str(MEMORY)} if os.access(MEMORY, os.W_OK) else {}


def git_settings(*settings: str) -> dict[str, str]:
    """The environment in which git believes each `name=value` configured."""
    given = {"GIT_CONFIG_COUNT": str(len(settings))}
    for number, setting in enumerate(settings):
        name, _, value = setting.rpartition("=")
        given |= {f"GIT_CONFIG_KEY_{number}": name, f"GIT_CONFIG_VALUE_{number}": value}
    return given


def make(
    *arguments: str, cwd: Path, env: dict[str, str] | None = None, ok: bool | None = True
) -> subprocess.CompletedProcess[str]:
    __tracebackhide__ = True
    return run("make", *arguments, cwd=cwd, env={"UV": uv()} | (env or {}), ok=ok)


def forget_database(service: Path) -> None:
    run(sys.executable, "-B", "-m", "tools.postgres", "--remove", cwd=service)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def ask(port: int, method: str, path: str, body: object = None, token: str = "") -> tuple[int, Any]:
    """Send one request; return the status and the body, decoded if it is JSON."""
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE / 3)
    try:
        headers = {"Content-Type": "application/json"} if body is not None else {}
        headers |= {"Authorization": f"Bearer {token}"} if token else {}
        connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        is_json = "json" in answer.headers.get("Content-Type", "")
        return answer.status, json.loads(text) if is_json else text
    finally:
        connection.close()


@contextmanager
def serving(
    *targets: str, cwd: Path, port: int, log: Path, terminated: bool = False
) -> Iterator[None]:
    """Run `make dev` or the like until the block ends, then press Ctrl-C, or terminate make."""
    with log.open("w") as output:
        process = subprocess.Popen(
            ["make", *targets, f"PORT={port}"],
            cwd=cwd,
            env=environment(UV=uv(), PWD=str(cwd)),
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        wait_until_ready(process, port, log)
        yield
        if terminated:
            process.terminate()
        else:
            os.killpg(process.pid, signal.SIGINT)
        expected = {-signal.SIGTERM} if terminated else INTERRUPTED
        assert process.wait(PATIENCE) in expected, log.read_text()
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def wait_until_ready(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if ask(port, "GET", "/health/ready")[0] == 200:
                return
        except OSError:
            pass
        time.sleep(0.1)
    message = f"not ready on port {port}:\n{log.read_text()}"
    raise AssertionError(message)


def left_behind(project: Path) -> list[str]:
    """Processes that still work in the project or with its files, given the time to end."""
    deadline = time.monotonic() + PATIENCE / 3
    while (found := working_in(project)) and time.monotonic() < deadline:
        time.sleep(0.2)
    return found


def working_in(project: Path) -> list[str]:
    processes = psutil.process_iter(["cmdline", "cwd"])
    texts = [" ".join([*(p.info["cmdline"] or []), p.info["cwd"] or ""]) for p in processes]
    return [text for text in texts if str(project) in text]
