"""What an examination found, as lines for a person or as JSON for a program."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    OK = "ok"
    WARNING = "warning"
    ERROR = "error"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Finding:
    status: Status
    message: str
    change: str = ""
    """What to do about it; a sentence, or nothing."""


@dataclass(frozen=True)
class Report:
    findings: Mapping[str, Finding]
    """By the name of the check."""
    advice: Sequence[str] = ()

    @property
    def status(self) -> Status:
        found = {finding.status for finding in self.findings.values()}
        return next((s for s in (Status.ERROR, Status.WARNING) if s in found), Status.OK)

    @property
    def exit_status(self) -> int:
        return int(self.status is Status.ERROR)

    def text(self) -> str:
        lines = [_line(name, finding) for name, finding in self.findings.items()]
        advice = ["", *self.advice] if self.advice else []
        return "\n".join([*lines, *advice])

    def json(self) -> str:
        checks = [
            {"name": name, "status": it.status, "message": it.message, "change": it.change}
            for name, it in self.findings.items()
        ]
        found = {"status": self.status, "checks": checks, "advice": list(self.advice)}
        return json.dumps(found, indent=2)


def ok(message: str) -> Finding:
    return Finding(Status.OK, message)


def warning(message: str, change: str) -> Finding:
    return Finding(Status.WARNING, message, change)


def error(message: str, change: str) -> Finding:
    return Finding(Status.ERROR, message, change)


def skipped(message: str) -> Finding:
    return Finding(Status.SKIPPED, message)


def count(number: int, thing: str) -> str:
    """`1 worker`, `2 workers`."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def _line(name: str, finding: Finding) -> str:
    sentences = f"{finding.message}. {finding.change}" if finding.change else finding.message
    return f"{finding.status:<8} {name:<12} {sentences}"
