"""Tidy the new project and say what is left to do.

Updates render the template again, without network and into a temporary directory: there, only
what shapes the project may happen. Nothing optional may fail, because a failing hook costs the
project.
"""

import contextlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

# The only template expression. JSON never holds three quotes in a row, so any answer, whatever
# its quotes and backslashes, arrives unharmed.
RENDERED = r"""{{ cookiecutter | tojson }}"""

# Of a migration: what it is called, and which one it comes after.
REVISION = re.compile(r'^revision\b.* = ("\w+")$', re.MULTILINE)
BEFORE_IT = re.compile(r"(?<=^down_revision: str \| None = ).*$", re.MULTILINE)
BOLD, PLAIN = "\033[1m", "\033[0m"


def main() -> None:
    """Shape the project; unless this is an update, also prepare and explain it."""
    answers = json.loads(RENDERED)
    project = Path.cwd()
    prune(project, answers)
    chain(project / "migrations/versions")
    if "_output_dir" not in answers:  # cruft is rendering, and keeps its own record
        return
    record_template(project, answers)
    has_repository = start_repository(project)
    say(closing_message(project, has_repository=has_repository))


def prune(project: Path, answers: dict[str, Any]) -> None:
    """Remove what belongs to the parts that were not taken."""
    taken = re.split(r"[\s,]+", answers["parts"])
    declined = (part for name, part in answers["_parts"].items() if name not in taken)
    for pattern in (pattern for part in declined for pattern in part["owns"]):
        for path in list(project.glob(pattern)):
            remove(path)


def chain(versions: Path) -> None:
    """Let a migration come after the nearest before it, by name, where its own is gone."""
    texts = {path: path.read_text(encoding="utf-8") for path in sorted(versions.glob("*.py"))}
    there = {"None", *(found for text in texts.values() for found in REVISION.findall(text))}
    before = "None"
    for path, text in texts.items():
        if not there.issuperset(BEFORE_IT.findall(text)):
            path.write_text(BEFORE_IT.sub(before, text), encoding="utf-8", newline="\n")
        before = "".join(REVISION.findall(text))


def remove(path: Path) -> None:
    """Remove a file or a directory, and the directories around it that held nothing else."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()
    with contextlib.suppress(OSError):  # the first that is not empty stays, and ends this
        for directory in path.parents:
            directory.rmdir()


def record_template(project: Path, answers: dict[str, Any]) -> None:
    """Write what `cruft check` and `cruft update` need, if the template is a git checkout."""
    template = find_template(answers)
    commit = git(template, "rev-parse", "HEAD") if template else None
    if not template or not commit:
        return
    source = published_address(template) or git(template, "rev-parse", "--show-toplevel")
    own_answers = {key: value for key, value in answers.items() if not key.startswith("_")}
    record = {
        "template": source,
        "commit": commit,
        "checkout": None,
        "context": {"cookiecutter": {**own_answers, "_template": source, "_commit": commit}},
        "directory": git(template, "rev-parse", "--show-prefix") or None,
    }
    text = json.dumps(record, ensure_ascii=False, indent=2)
    (project / ".cruft.json").write_text(f"{text}\n", encoding="utf-8", newline="\n")


def find_template(answers: dict[str, Any]) -> Path | None:
    """Return the directory the template was read from, if git tracks it."""
    recorded = answers.get("_repo_dir")
    if not recorded:
        return None
    starts = (os.environ.get("PWD", ""), answers["_output_dir"])  # where a relative path starts
    places = [Path(start, recorded) for start in starts]
    return next((place for place in places if git(place, "ls-files", "cookiecutter.json")), None)


def published_address(template: Path) -> str | None:
    """Return the address of the template's origin, if the commit in use is to be had there."""
    if not git(template, "for-each-ref", "--contains", "HEAD", "refs/remotes/origin", "refs/tags"):
        return None
    address = git(template, "remote", "get-url", "origin")
    return address and re.sub(r"^(https?://)[^/@]*@", r"\1", address)  # no access token in a file


def start_repository(project: Path) -> bool:
    """Make the project a git repository, unless it is inside one; say whether it now is in one."""
    if any((directory / ".git").exists() for directory in (project, *project.parents)):
        return True
    return git(project, "-c", "init.defaultBranch=main", "init", "--quiet") is not None


def git(directory: Path, *arguments: str) -> str | None:
    """Return what git prints, or None where it fails or is missing."""
    try:
        done = subprocess.run(
            ["git", *arguments],
            cwd=directory,
            capture_output=True,
            check=True,
            encoding="utf-8",
            errors="replace",
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()


def closing_message(project: Path, *, has_repository: bool) -> str:
    """Say where it is and the commands that are left, each with what it does."""
    place = shown(project)
    commit = "git add . && git commit --message 'Start from the template'"
    steps = {
        f"cd {shlex.quote(place)}": "",
        "make setup": "     install what it needs, prepare a database",
        "make dev": "       serve it on http://127.0.0.1:8000/docs until Ctrl-C",
        "make check": "     check what is yours, in under a minute",
        commit if has_repository else f"git init && {commit}": "",
    }
    lines = [f"    {emphasised(command)}{use}" for command, use in steps.items()]
    return "\n".join([f"It is ready in {place}. Next:", *lines, ""])


def shown(project: Path) -> str:
    """Return the path as the caller would type it."""
    caller = Path(os.environ.get("PWD", project)).resolve()
    inside = project.is_relative_to(caller) and project != caller
    return str(project.relative_to(caller) if inside else project)


def emphasised(command: str) -> str:
    """Return the command in bold where a terminal shows it."""
    is_shown = sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
    return f"{BOLD}{command}{PLAIN}" if is_shown else command


def say(text: str) -> None:
    """Print past Python's buffer: a closed pipe or a narrow encoding must not fail the hook."""
    with contextlib.suppress(OSError):
        os.write(sys.stdout.fileno(), text.encode(sys.stdout.encoding, "replace"))


if __name__ == "__main__":
    main()
