"""The project's git repository."""

import os
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

AUTHOR = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "The template"), ("EMAIL", "template@localhost"))
}
"""Of commits that only carry a tree; a person's name is not needed for them."""


def git(*arguments: str | Path, env: Mapping[str, str] | None = None) -> str:
    """Raises subprocess.CalledProcessError."""
    done = subprocess.run(
        ["git", *arguments],
        check=True,
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, **(env or {})},
    )
    return done.stdout


def names(*arguments: str) -> list[str]:
    """The paths that a git command lists, from here on down."""
    command, *options = arguments
    return [name for name in git(command, "-z", *options).split("\0") if name]


def succeeds(*arguments: str) -> bool:
    return not subprocess.run(["git", *arguments], check=False, capture_output=True).returncode


def changed() -> list[str]:
    """Since the last commit."""
    new = names("ls-files", "--others", "--exclude-standard")
    return sorted({*names("diff", "--name-only", "--relative", "HEAD"), *new})


def commits_since(template: str, commit: str, branch: str | None) -> list[str]:
    """Hash and subject of each, the newest first."""
    with tempfile.TemporaryDirectory() as place:
        git("clone", "--quiet", "--bare", template.removeprefix("git+"), place)
        log = ("log", "--format=%h %s", f"{commit}..{branch or 'HEAD'}")
        return git("-C", place, *log).splitlines()


def commit_of(folder: Path, subject: str, *parents: str) -> str:
    """A commit with what is in the folder, as it would lie in the root of the repository."""
    index = folder.with_name(f"{folder.name}.index")
    place = {
        "GIT_DIR": git("rev-parse", "--absolute-git-dir").strip(),
        "GIT_WORK_TREE": str(folder),
        "GIT_INDEX_FILE": str(index),
    }
    git("-C", folder, "add", "--all", "--force", ".", env=place)
    tree = git("write-tree", env=place).strip()
    before = [word for parent in parents for word in ("-p", parent)]
    return git("commit-tree", tree, *before, "-m", subject, env=AUTHOR).strip()
