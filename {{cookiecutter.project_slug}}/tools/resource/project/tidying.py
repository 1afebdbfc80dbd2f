"""What `make fix` does, to a few files."""

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from tools.resource.errors import Refusal
from tools.resource.project.places import PROJECT


def tidy(paths: Iterable[Path]) -> None:
    """Imports that nobody uses go, the rest is sorted and formatted. Raises Refusal."""
    files = sorted(str(path) for path in paths)
    _ruff("check", "--fix", "--exit-zero", *files)
    _ruff("format", *files)
    left = _ruff("check", "--output-format=concise", *files)
    if left.returncode:
        complaint = left.stdout.splitlines()[0]
        message = f"The code would break a rule, so choose shorter or other words: {complaint}"
        raise Refusal(message)


def _ruff(command: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ruff", command, "--quiet", *arguments],
        cwd=PROJECT,
        capture_output=True,
        check=False,
        encoding="utf-8",
    )
