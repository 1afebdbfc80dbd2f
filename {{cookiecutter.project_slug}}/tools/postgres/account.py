"""As whom the server runs: PostgreSQL refuses root, so root lends it an ordinary account.

For everybody else each function here does nothing special.
"""

import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tools.postgres.errors import PostgresError

# Open to every account and, unlike /tmp, kept when the machine starts again.
SHARED = Path("/var/tmp")  # noqa: S108 - what is found there is checked to be root's
# Nothing else of the caller's environment: PGDATA, PGPORT or PGOPTIONS would change the outcome.
ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C"}


def _account() -> pwd.struct_passwd | None:
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    return known.get("postgres") or known["nobody"]


def run(
    program: str | Path, *arguments: str | Path, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    account = _account()
    return subprocess.run(
        [program, *arguments],
        user=account.pw_uid if account else None,
        group=account.pw_gid if account else None,
        extra_groups=[] if account else None,
        cwd="/",  # the caller's may be closed to that account
        env=ENVIRONMENT | dict(env or {}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def give(path: Path) -> None:
    if account := _account():
        os.chown(path, account.pw_uid, account.pw_gid)


def reachable(directory: Path) -> Path:
    """The directory itself, or one in /var/tmp when the server's account cannot get there."""
    nearest = next(path for path in (directory, *directory.parents) if path.exists())
    if not _account() or _may("-x", nearest):
        return directory
    digest = hashlib.sha256(os.fsencode(directory)).hexdigest()[:12]
    return _owned_by_root(SHARED / f"{directory.name.strip('.')}-{digest}")


def readable(package: Path, key: str) -> Path:
    """The package itself, or a copy in /var/tmp when the server's account cannot read it."""
    if not _account() or _may("-r", package / "__init__.py"):
        return package
    copy = _owned_by_root(SHARED / key)
    if not copy.exists():
        _copy(package, copy)
    return copy / package.name


def _may(right: str, path: Path) -> bool:
    return run("test", right, path).returncode == 0


def _owned_by_root(path: Path) -> Path:
    """Anybody may create names in /var/tmp: never run or write what a stranger put there."""
    if os.path.lexists(path) and path.lstat().st_uid != 0:
        message = f"{path} should belong to root, but does not: remove it and try again."
        raise PostgresError(message)
    return path


def _copy(package: Path, copy: Path) -> None:
    """Copy beside, then rename: of several processes one wins, and all see a whole copy."""
    beside = Path(tempfile.mkdtemp(prefix=f"{copy.name}-", dir=SHARED))
    for part in (package, package.with_name(f"{package.name}.libs")):
        if part.exists():
            shutil.copytree(part, beside / part.name, symlinks=True)
    subprocess.run(["chmod", "-R", "a+rX", beside], check=True)
    try:
        beside.rename(copy)
    except OSError:
        shutil.rmtree(beside)
