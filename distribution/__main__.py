"""What `make chassis-wheel` runs: the chassis of the template, built into `dist/`."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from distribution.metadata import METADATA, ROOT, SERVICE, pyproject


def build(target: Path, version: str | None = None) -> Path:
    """Build the wheel into the directory; return its path."""
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        lay_out(Path(place), version)
        command = [os.environ.get("UV", "uv"), "build", "--quiet", "--wheel", "--no-config"]
        subprocess.run([*command, "--out-dir", target, place], check=True)
    return max(target.glob("*.whl"), key=lambda wheel: wheel.stat().st_mtime)


def lay_out(place: Path, version: str | None = None) -> None:
    """Write what is built: the chassis as the template has it, marked as typed."""
    left_out = shutil.ignore_patterns("__pycache__")
    shutil.copytree(SERVICE / "chassis", place / "chassis", ignore=left_out)
    (place / "chassis/py.typed").touch()
    shutil.copy2(METADATA / "README.md", place)
    shutil.copy2(ROOT / "LICENSE", place)
    (place / "pyproject.toml").write_text(pyproject(version), encoding="utf-8")


if __name__ == "__main__":
    wheel = build(Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "dist"))
    print(f"{wheel}\nInstall it with an extra: pip install '{wheel.name}[web]'")
