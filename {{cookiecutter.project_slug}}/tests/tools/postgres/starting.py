"""Other processes that start a server: the command, and users of a throw-away cluster."""

import os
import subprocess
import sys
from pathlib import Path

from tests.support.serving import PATIENCE

USER = """
import sys
from pathlib import Path
from tools.postgres import running

with running(Path(sys.argv[1]), throwaway=True) as server:
    print(server.port, flush=True)
    sys.stdin.read()
"""


def start_command(project: Path, *arguments: str, **env: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-B", "-m", "tools.postgres", *(["--", *arguments] if arguments else [])],
        cwd=project,
        env={"PATH": os.defpath, **env},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def command(project: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    with start_command(project, *arguments, **env) as process:
        output, errors = process.communicate(timeout=PATIENCE)
    return subprocess.CompletedProcess(arguments, process.returncode, output, errors)


def remove(project: Path) -> subprocess.CompletedProcess[str]:
    done = (sys.executable, "-B", "-m", "tools.postgres", "--remove")
    return subprocess.run(done, cwd=project, capture_output=True, text=True, check=False)


def read_port(user: subprocess.Popen[str]) -> int:
    assert user.stdout is not None
    return int(user.stdout.readline())
