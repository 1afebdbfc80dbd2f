"""Tables, for a terminal and for Markdown."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    title: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    note: str = ""

    def text(self) -> str:
        """First column to the left, figures to the right."""
        lines = [self.columns, *self.rows]
        widths = [max(len(cell) for cell in column) for column in zip(*lines, strict=True)]
        body = "\n".join(_line(line, widths) for line in lines)
        return f"\n{self.title}\n{body}\n"

    def markdown(self) -> str:
        rule = "|---|" + "---:|" * (len(self.columns) - 1)
        head, *body = ("| " + " | ".join(line) + " |" for line in (self.columns, *self.rows))
        parts = [f"## {self.title}", *([self.note] if self.note else [])]
        return "\n\n".join([*parts, "\n".join([head, rule, *body])]) + "\n"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = zip(cells, widths, strict=True)
    return f"  {first[0]:<{first[1]}}" + "".join(f"  {cell:>{width}}" for cell, width in others)
