"""Bars as an SVG: one group for each route, one bar for each way to serve it."""

from collections.abc import Iterator, Sequence
from html import escape

from benchmarks.findings import Bars

WIDTH, LABEL, FIGURE, BAR, GAP, TITLE = 760, 170, 60, 18, 6, 34
OURS, OTHERS = "#0f766e", "#94a3b8"


def svg(groups: Sequence[Bars], ours: str) -> str:
    """Each group has a scale of its own; `ours` is the bar that stands out."""
    parts: list[str] = []
    top = GAP
    for group in groups:
        parts += _group(group, ours, top)
        top += TITLE + len(group.bars) * (BAR + GAP) + GAP
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top}" '
        f'font-family="system-ui, sans-serif" font-size="13" fill="#1e293b">\n'
        f'<rect width="{WIDTH}" height="{top}" fill="#ffffff"/>\n' + "\n".join(parts) + "\n</svg>\n"
    )


def _group(group: Bars, ours: str, top: int) -> Iterator[str]:
    yield f'<text x="{GAP}" y="{top + 20}" font-weight="bold">{escape(group.title)}</text>'
    longest = max(group.bars.values())
    for number, (name, value) in enumerate(group.bars.items()):
        y = top + TITLE + number * (BAR + GAP)
        length = value / longest * (WIDTH - LABEL - FIGURE)
        colour = OURS if name == ours else OTHERS
        yield f'<text x="{LABEL - GAP}" y="{y + 14}" text-anchor="end">{escape(name)}</text>'
        yield f'<rect x="{LABEL}" y="{y}" width="{length:.0f}" height="{BAR}" fill="{colour}"/>'
        yield f'<text x="{LABEL + length + GAP:.0f}" y="{y + 14}">{value:,.0f}</text>'
