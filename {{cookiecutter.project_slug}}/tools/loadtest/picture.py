"""The run as a picture: latency, requests and connections in use, second by second."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from tools.loadtest.report import is_error, percentile
from tools.loadtest.running import Result

WIDTH, HEIGHT, LEFT, TOP = 720, 120, 60, 40
GAP = 60
COLOURS = ("#2563eb", "#dc2626", "#16a34a")

Series = Mapping[int, float]


def picture(result: Result) -> str:
    """SVG; three charts, one below the other."""
    by_second: dict[int, list[float]] = defaultdict(list)
    errors: dict[int, float] = defaultdict(float)
    for answer in result.answers:
        by_second[int(answer.began)].append(answer.seconds * 1000)
        errors[int(answer.began)] += is_error(answer)
    used: dict[int, float] = defaultdict(float)
    for moment, pool in result.pool:
        used[int(moment)] = max(used[int(moment)], pool["pool_checked_out"])
    charts: list[tuple[str, dict[str, Series]]] = [
        (
            "latency, ms",
            {
                "p50": {at: percentile(times, 50) for at, times in by_second.items()},
                "p99": {at: percentile(times, 99) for at, times in by_second.items()},
            },
        ),
        (
            "requests per second",
            {"all": {at: len(times) for at, times in by_second.items()}, "errors": errors},
        ),
        ("connections in use", {"one process": used}),
    ]
    height = TOP + len(charts) * (HEIGHT + GAP)
    drawn = "\n".join(line for n, chart in enumerate(charts) for line in _chart(n, *chart))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDTH + 40}" height="{height}" '
        f'font-family="sans-serif" font-size="12">\n<rect width="100%" height="100%" fill="white"/>'
        f"\n{drawn}\n</svg>\n"
    )


def _chart(number: int, title: str, series: Mapping[str, Series]) -> Iterator[str]:
    top = TOP + number * (HEIGHT + GAP)
    last = max((at for values in series.values() for at in values), default=0) or 1
    highest = max((v for values in series.values() for v in values.values()), default=0) or 1
    yield f'<text x="{LEFT}" y="{top - 12}" font-weight="bold">{title}</text>'
    yield f'<text x="{LEFT - 8}" y="{top + 10}" text-anchor="end">{highest:.4g}</text>'
    yield f'<text x="{LEFT - 8}" y="{top + HEIGHT}" text-anchor="end">0</text>'
    yield f'<text x="{LEFT + WIDTH}" y="{top + HEIGHT + 16}" text-anchor="end">{last} s</text>'
    yield f'<path d="M{LEFT} {top}V{top + HEIGHT}H{LEFT + WIDTH}" fill="none" stroke="#999"/>'
    for place, (name, values) in enumerate(series.items()):
        colour = COLOURS[place]
        points = " ".join(_points(values, top, last, highest))
        yield f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>'
        x = LEFT + 200 + place * 110
        yield f'<text x="{x}" y="{top - 12}" fill="{colour}">{name}</text>'


def _points(values: Series, top: int, last: int, highest: float) -> Sequence[str]:
    return [
        f"{LEFT + WIDTH * at / last:.1f},{top + HEIGHT - HEIGHT * value / highest:.1f}"
        for at, value in sorted(values.items())
    ]
