"""The page that a whole run leaves: `benchmarks/RESULTS.md`, and its picture."""

from collections.abc import Sequence
from pathlib import Path

from benchmarks.findings import Findings
from benchmarks.picture import svg
from benchmarks.sections.routes import OURS
from benchmarks.targets import table

PAGE, PICTURE = "RESULTS.md", "results.svg"
INTRODUCTION = """\
Written by `make bench`: one run, servers side by side, measured in turn in rounds; figures are
medians. CPU µs is user and system time of the server's processes for one request, with 16 clients
where nothing else is said. Ratios hold elsewhere; microseconds belong to this machine. Requests per
second are bounded by the client and PostgreSQL, which share the cores with the server.

What was tried to make it faster, and what was left alone: [TRIED.md](TRIED.md)."""


def page(findings: Findings, circumstances: Sequence[str]) -> str:
    tables = [table(findings.ratios), *findings.tables]
    return "\n".join(
        [
            "# Results\n",
            INTRODUCTION + "\n",
            *(f"* {sentence}" for sentence in circumstances),
            f"\n![CPU time for each request]({PICTURE})\n",
            *(each.markdown() for each in tables),
        ]
    )


def write(findings: Findings, circumstances: Sequence[str], directory: Path) -> None:
    text = page(findings, circumstances).rstrip() + "\n"
    (directory / PAGE).write_text(text, encoding="utf-8")
    (directory / PICTURE).write_text(svg(findings.bars, OURS), encoding="utf-8")
