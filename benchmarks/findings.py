"""What a section found: tables to read, ratios to hold against the targets, bars to draw."""

from collections.abc import Callable
from dataclasses import dataclass, field

from benchmarks.service import Service
from benchmarks.tables import Table


@dataclass(frozen=True)
class Bars:
    """One group of the picture."""

    title: str
    bars: dict[str, float]


@dataclass
class Findings:
    tables: list[Table] = field(default_factory=list)
    ratios: dict[str, float] = field(default_factory=dict)
    bars: list[Bars] = field(default_factory=list)

    def add(self, other: "Findings") -> None:
        self.tables += other.tables
        self.ratios |= other.ratios
        self.bars += other.bars


Section = Callable[[Service], Findings]
