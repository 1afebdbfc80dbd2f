"""Draws what was done to files as a tree."""

from collections.abc import Iterable, Iterator
from itertools import takewhile
from pathlib import Path


def drawn(done: Iterable[tuple[str, Path]]) -> Iterator[str]:
    """A line for each directory and file; what was done stands behind the file."""
    rows = list(_rows(done))
    width = max((len(text) for text, _ in rows), default=0)
    for text, verb in rows:
        yield f"  {text:<{width}}  {verb}".rstrip()


def _rows(done: Iterable[tuple[str, Path]]) -> Iterator[tuple[str, str]]:
    above: tuple[str, ...] = ()
    for verb, path in sorted(done, key=lambda it: _files_first(it[1])):
        folders = path.parts[:-1]
        pairs = zip(above, folders, strict=False)
        shared = len(list(takewhile(lambda pair: pair[0] == pair[1], pairs)))
        for depth, folder in enumerate(folders[shared:], shared):
            yield f"{'  ' * depth}{folder}/", ""
        yield f"{'  ' * len(folders)}{path.name}", verb
        above = folders


def _files_first(path: Path) -> list[tuple[bool, str]]:
    *folders, name = path.parts
    return [*((True, folder) for folder in folders), (False, name)]
