"""From the bytes of a CSV file to its rows, one at a time, each with the number of its line.

CSV as PostgreSQL's COPY reads and writes it: commas, double quotes, UTF-8. An empty cell is no
value (NULL); an empty cell in quotes (`""`) is an empty text.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from chassis.csv_files.faults import FileError

LONGEST_LINE = LARGEST_CELL = 16 * 1024 * 1024
NEEDS_QUOTES = re.compile(r'^$|[",\r\n]')
CELL = re.compile(r'("(?:[^"]|"")*"|[^,]*)(?:,|$)')


@dataclass(frozen=True, slots=True)
class Record:
    line: int
    """Where it begins; a cell may hold line breaks."""
    cells: list[str | None]


class Lines:
    """The lines of a file as text; knows how many bytes they were, and which belong together."""

    def __init__(self, file: BinaryIO) -> None:
        self.number = 0
        self.bytes = 0
        self.taken: list[str] = []
        self._file = file

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._file.readline(LONGEST_LINE)
        if not line:
            raise StopIteration
        self.number += 1
        self.bytes += len(line)
        self.taken.append(text := self._decoded(line))
        return text

    def _decoded(self, line: bytes) -> str:
        try:  # a byte order mark may stand before the first line
            return line.decode("utf-8-sig" if self.number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            byte = f"byte 0x{line[error.start]:02X} at position {error.start + 1}"
            message = f"line {self.number}: this is not UTF-8 ({byte}); save the file as UTF-8"
            raise FileError(message) from None


def records(lines: Lines) -> Iterator[Record]:
    """Blank lines are left out. Raises FileError where the text is no CSV."""
    csv.field_size_limit(LARGEST_CELL)
    reader = csv.reader(lines, strict=True)
    while True:
        start = lines.number + 1
        lines.taken.clear()
        try:
            cells = next(reader, None)
        except csv.Error as error:
            message = f"line {start}: this is not CSV ({error}); is a quotation mark missing?"
            raise FileError(message) from None
        if cells is None:
            return
        if cells:
            yield Record(start, _with_nulls(cells, lines.taken))


def _with_nulls(cells: list[str], lines: list[str]) -> list[str | None]:
    """Python's reader drops the quotes; where an empty text is possible, look at them again."""
    if "" not in cells:
        return [*cells]
    text = "".join(lines)
    if '""' not in text:
        return [cell or None for cell in cells]
    as_written = CELL.findall(text.rstrip("\r\n"))
    return [
        cell if cell or written else None
        for cell, written in zip(cells, as_written, strict=False)  # one match more, at the end
    ]


def quoted(cell: str) -> str:
    """As it stands in a line, so that it is read as this text."""
    return '"' + cell.replace('"', '""') + '"' if NEEDS_QUOTES.search(cell) else cell
