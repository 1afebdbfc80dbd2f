"""The template as it is rendered for this project, as a commit of the project's repository.

So git has both sides of an update in full, and can merge file by file, following renames. Nothing
of it is on a branch; `refs/template` is what the project took last: `git diff refs/template`.
"""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tools.template.answers import RefusedError
from tools.template.record import FILE, Record, answers, parsed, skipped
from tools.template.repository import commit_of, git

STOPPED = "Stopping generation because pre_gen_project"
"""cookiecutter's words behind the template's own, which say what is wrong with an answer."""
CRUFT = ("tool", "run", "--quiet", "--from", "cruft>=2.16,<3", "cruft")


@dataclass(frozen=True)
class Rendering:
    commit: str
    record: Record


def render(
    record: Record,
    checkout: str | None,
    *,
    parent: str | None = None,
    change: Callable[[Path], None] = lambda _: None,
) -> Rendering:
    """With the record's answers, at a commit or branch; `change` is done to it first."""
    with tempfile.TemporaryDirectory() as place:
        made = _create(record, checkout, Path(place, "made"))
        new = parsed((made / FILE).read_text(encoding="utf-8"))
        for pattern in [str(FILE), *skipped(record)]:
            _remove(made, pattern)
        change(made)
        project = Path(place, "tree", git("rev-parse", "--show-prefix").strip())
        project.parent.mkdir(parents=True, exist_ok=True)
        made.rename(project)
        subject = f"the template at {new['commit'][:7]}"
        commit = commit_of(Path(place, "tree"), subject, *filter(None, [parent]))
    kept = {
        key: record[key] for key in ("template", "checkout", "directory", "skip") if key in record
    }
    return Rendering(commit, new | kept)


def _create(record: Record, checkout: str | None, place: Path) -> Path:
    options = {
        "--output-dir": str(place),
        "--extra-context": json.dumps(answers(record)),
        "--checkout": checkout,
        "--directory": record.get("directory"),
    }
    given = [word for name, value in options.items() if value for word in (name, value)]
    template = record["template"].removeprefix("git+")
    place.mkdir()
    command = [*CRUFT, "create", template, "--no-input", "--default-config", *given]
    uv = os.environ.get("UV") or shutil.which("uv") or ".uv/bin/uv"  # as the Makefile finds it
    try:
        subprocess.run([uv, *command], check=True, capture_output=True, encoding="utf-8")
    except subprocess.CalledProcessError as error:
        refused, stopped, _ = str(error.stderr).partition(STOPPED)
        if stopped and refused.strip():
            raise RefusedError(refused.strip()) from None
        raise
    (made,) = place.iterdir()
    return made


def _remove(folder: Path, pattern: str) -> None:
    for path in list(folder.glob(pattern)):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
