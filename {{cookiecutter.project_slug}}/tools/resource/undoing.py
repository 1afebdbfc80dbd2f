"""Takes a resource out again, as long as it is what was made."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tools.resource.errors import Refusal
from tools.resource.project import migrations
from tools.resource.project.places import PROJECT, feature_of, tests_of
from tools.resource.project.record import Record, hash_of
from tools.resource.project.wires import wires_of
from tools.resource.project.wiring import unwire
from tools.resource.project.writing import remove, write


def undo(plural: str, *, force: bool) -> Iterator[tuple[str, Path]]:
    """Do it, then tell what was done to which file. Raises Refusal."""
    record = Record.load(plural)
    _check_nobody_needs(record)
    if not force:
        _check_untouched(record)
    rewired = dict(_rewired(record))
    migrations.undo_if_applied(record.revision)
    for path, text in rewired.items():
        write(path, text)
    gone = [*map(Path, record.hashes), *_added(record)]
    remove(gone)
    record.forget()
    yield from (("removed", path) for path in gone)
    yield from (("restored", path) for path in rewired)


def _check_nobody_needs(record: Record) -> None:
    if follower := migrations.follower_of(record.revision):
        message = f"The migration {follower} builds on that of {record.plural}: undo that first."
        raise Refusal(message)
    own = feature_of(record.plural)
    needed = re.compile(rf"\bapp\.features\.{record.plural}\b")
    places = {PROJECT / wire.path for wire in wires_of(record.plural, record.model)}
    for path in sorted({*(PROJECT / "app").rglob("*.py")} - places):
        if (PROJECT / own) not in path.parents and needed.search(path.read_text("utf-8")):
            message = f"{path.relative_to(PROJECT)} uses {record.plural}: change that first."
            raise Refusal(message)


def _check_untouched(record: Record) -> None:
    for name, made in record.hashes.items():
        if not (PROJECT / name).exists():
            _refuse(f"{name} was removed")
        if hash_of(Path(name)) != made:
            _refuse(f"{name} was edited")
        if _is_committed(name):
            _refuse(f"{name} was committed")
    for path in _added(record):
        _refuse(f"{path} was added")


def _refuse(what: str) -> None:
    message = f"{what} since: remove it by hand, or add force=1 to lose all of it."
    raise Refusal(message)


def _added(record: Record) -> list[Path]:
    """Files in the directories of the resource that somebody else wrote."""
    folders = [PROJECT / feature_of(record.plural), PROJECT / tests_of(record.plural)]
    files = (path for folder in folders for path in folder.rglob("*") if path.is_file())
    names = (path.relative_to(PROJECT) for path in files if path.parent.name != "__pycache__")
    return sorted(path for path in names if str(path) not in record.hashes)


def _is_committed(name: str) -> bool:
    command = ("git", "cat-file", "-e", f"HEAD:./{name}")
    try:
        done = subprocess.run(command, cwd=PROJECT, capture_output=True, check=False)
    except FileNotFoundError:  # without git nothing is
        return False
    return done.returncode == 0


def _rewired(record: Record) -> Iterator[tuple[Path, str]]:
    for wire in wires_of(record.plural, record.model):
        before, after = record.wired[str(wire.path)]
        text = (PROJECT / wire.path).read_text("utf-8")
        yield wire.path, before if text == after else unwire(text, wire)
