"""Changes of several files: all of them, or none."""

import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from tools.resource.project.places import PROJECT


@contextmanager
def written(files: Mapping[Path, str]) -> Iterator[None]:
    """Write them; when anything fails inside the block, even Ctrl-C, put back what was there."""
    before = {path: _read(path) for path in files}
    try:
        for path, text in files.items():
            write(path, text)
        yield
    except BaseException:
        for path, former in before.items():
            if former is not None:
                write(path, former)
        remove(path for path, former in before.items() if former is None)
        raise


def _read(path: Path) -> str | None:
    try:
        return (PROJECT / path).read_text("utf-8")
    except FileNotFoundError:
        return None


def write(path: Path, text: str) -> None:
    (PROJECT / path).parent.mkdir(parents=True, exist_ok=True)
    (PROJECT / path).write_text(text, "utf-8", newline="\n")


def remove(paths: Iterable[Path]) -> None:
    """Files, and directories that then hold nothing but bytecode."""
    for path in paths:
        (PROJECT / path).unlink(missing_ok=True)
        for folder in (PROJECT / path).parents:
            shutil.rmtree(folder / "__pycache__", ignore_errors=True)
            try:
                folder.rmdir()
            except OSError:  # the first that is not empty, or not there
                with suppress(OSError):
                    if not any(folder.iterdir()):
                        continue
                break
