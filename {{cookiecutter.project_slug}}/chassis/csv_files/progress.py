"""A bar on a terminal; silence in a log file."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from chassis.csv_files.importing import Watch


@contextmanager
def shown(what: str, size: int | None) -> Iterator[Watch]:
    """On standard error; `size` in bytes is what the remaining time is reckoned from."""
    if not sys.stderr.isatty():
        yield lambda _rows, _bytes: None
        return
    with _bar() as bar:
        task = bar.add_task(what, total=size, rows=0, speed=0.0)

        def watch(rows: int, done: int) -> None:
            elapsed = bar.tasks[0].elapsed or 1
            bar.update(task, completed=done, rows=rows, speed=rows / elapsed)

        yield watch


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[rows]:,} rows, {task.fields[speed]:,.0f}/s"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
