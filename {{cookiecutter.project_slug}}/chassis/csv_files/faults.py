"""What is wrong with a file, in sentences for the person who has to mend it."""

from dataclasses import dataclass, field

SHOWN = 20
LONGEST_VALUE = 60


class FileError(Exception):
    """The file cannot be read on from here."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A cell, or a whole row, that cannot be stored."""

    line: int
    why: str
    column: str | None = None
    value: str | None = None

    def __str__(self) -> str:
        place = f"line {self.line}" + (f", {self.column}" if self.column else "")
        return f"{place}: {self.why}" + (f" (it is {_short(self.value)})" if self.value else "")


def _short(value: str) -> str:
    return repr(value if len(value) <= LONGEST_VALUE else f"{value[:LONGEST_VALUE]}...")


@dataclass(slots=True)
class Faults:
    """Counts all, keeps the first: a file of a million lines may have a million faults."""

    count: int = 0
    first: list[Fault] = field(default_factory=list)

    def add(self, fault: Fault) -> None:
        self.count += 1
        if len(self.first) < SHOWN:
            self.first.append(fault)

    def __str__(self) -> str:
        more = self.count - len(self.first)
        rest = [f"... and {more:,} more faults."] if more else []
        return "\n".join([*map(str, self.first), *rest])
