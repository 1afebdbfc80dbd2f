"""What came out, for a person to read."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from statistics import quantiles

from tools.loadtest.running import FAILED, Answer, Result

SERVER_ERROR = 500
CLIENT_ERROR = 400


def is_error(answer: Answer) -> bool:
    return answer.status == FAILED or answer.status >= SERVER_ERROR


def percentile(values: Sequence[float], percent: int) -> float:
    """Of at least one value."""
    if len(values) == 1:
        return values[0]
    return quantiles(values, n=100, method="inclusive")[percent - 1]


def report(result: Result, seconds: float) -> str:
    groups: dict[str, list[Answer]] = defaultdict(list)
    for answer in result.answers:
        groups[answer.name].append(answer)
    rows = [_row(name, found, seconds) for name, found in sorted(groups.items())]
    rows.append(_row("all", result.answers, seconds))
    titles = "".join(f"{title:>9}" for title in ("p50 ms", "p90 ms", "p99 ms", "max ms"))
    head = f"{'':32}{'requests':>9}{'per s':>8}{titles}  statuses"
    return "\n".join([head, *rows, "", _errors(result.answers), _pool(result)])


def _row(name: str, answers: Sequence[Answer], seconds: float) -> str:
    times = [answer.seconds * 1000 for answer in answers]
    figures = [percentile(times, percent) for percent in (50, 90, 99)] + [max(times)]
    statuses = Counter(answer.status for answer in answers)
    told = ", ".join(f"{_named(status)} x {n}" for status, n in sorted(statuses.items()))
    columns = "".join(f"{figure:9.1f}" for figure in figures)
    return f"{name:32}{len(answers):9}{len(answers) / seconds:8.0f}{columns}  {told}"


def _named(status: int) -> str:
    return "no answer" if status == FAILED else str(status)


def _errors(answers: Iterable[Answer]) -> str:
    answers = list(answers)
    errors = sum(map(is_error, answers))
    refused = sum(CLIENT_ERROR <= answer.status < SERVER_ERROR for answer in answers)
    return (
        f"Errors (no answer, 5xx): {errors}, {errors / len(answers):.2%}. "
        f"Refused (4xx, such as a conflict): {refused}."
    )


def _pool(result: Result) -> str:
    if not result.pool:
        return "Pool: /health told nothing."
    pools = [pool for _, pool in result.pool]
    used = [pool["pool_checked_out"] for pool in pools]
    size = pools[-1]["pool_size"]
    full = sum(one >= size for one in used) / len(used)
    return (
        f"Pool of one process: {size} connections, {sum(used) / len(used):.1f} in use on average, "
        f"{max(used)} at most, all of them {full:.0%} of the time."
    )
