"""Programs that no wheel brings, from Debian's packages."""

import os
import shutil
import subprocess

import pytest
from filelock import FileLock

LOCK = "/tmp/debian-packages.lock"  # noqa: S108  one apt at a time, whoever runs it


def need(**programs: str) -> None:
    """Install the packages (program=package) whose program is missing.

    That takes root and apt-get. A person without them sees the test skipped; CI has to have them.
    """
    if not all(map(shutil.which, programs)):
        if os.geteuid() != 0 or not shutil.which("apt-get"):
            lacking = f"needs root and Debian's {', '.join(programs.values())}"
            (pytest.fail if os.environ.get("CI") else pytest.skip)(lacking)
        with FileLock(LOCK):
            apt("update", "--quiet")
            apt("install", "--yes", "--quiet", "--no-install-recommends", *programs.values())
    assert all(map(shutil.which, programs))


def apt(*arguments: str) -> None:
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", *arguments], env=quiet, stdout=subprocess.PIPE, check=True)
