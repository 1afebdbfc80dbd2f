"""What is on only when asked for, and what it costs; and what an ETag saves."""

from benchmarks.asks import GET, LIVE, NOT_MODIFIED
from benchmarks.collector import collecting
from benchmarks.findings import Findings
from benchmarks.measuring import COLUMNS, Point, Samples, interleaved, lives
from benchmarks.servers import Program
from benchmarks.service import Service
from benchmarks.tables import Table

METRICS = {"METRICS_ENABLED": "true", "METRICS_PORT": "0"}
RATE_LIMIT = {"RATE_LIMIT_ENABLED": "true", "RATE_LIMIT_DEFAULT": "1000000/second"}
VARIANTS: dict[str, dict[str, str]] = {
    "as it ships": {},
    "rate limit in memory": RATE_LIMIT,
    "metrics": METRICS,
    "both": RATE_LIMIT | METRICS,
}
NOTE = (
    "The ids of traces are on every log line, whatever is set, so they are part of every figure; "
    "spans are sent where a collector is set. "
    "304 is the answer to the `ETag` of a row that has not changed."
)


def measure(service: Service) -> Findings:
    service.fill()
    with collecting() as collector:
        variants = VARIANTS | {
            "spans of 1 in 10": {"TRACING_ENDPOINT": collector, "TRACING_SAMPLE_RATIO": "0.1"},
            "spans of all": {"TRACING_ENDPOINT": collector},
        }
        return _compare({name: service.program(**each) for name, each in variants.items()})


def _compare(programs: dict[str, Program]) -> Findings:
    trivial, read = Samples(), Samples()
    for servers in lives(programs):
        lean = [Point(f"trivial, {name}", it, LIVE, requests=500) for name, it in servers.items()]
        trivial.add(interleaved(lean))
        plain, *_ = servers.values()
        reads = [Point(f"get, {name}", it, GET) for name, it in servers.items()]
        read.add(interleaved([*reads, Point("get, 304 by ETag", plain, NOT_MODIFIED)]))
    ratios = {
        "all on, trivial": trivial.ratio("trivial, both", "trivial, as it ships"),
        "all on, get": read.ratio("get, both", "get, as it ships"),
        "spans, trivial": trivial.ratio("trivial, spans of all", "trivial, as it ships"),
        "spans, get": read.ratio("get, spans of all", "get, as it ships"),
    }
    rows = [
        (*row, f"{samples.ratio(row[0], f'{kind}, as it ships'):.2f}")
        for kind, samples in (("trivial", trivial), ("get", read))
        for row in samples.rows()
    ]
    return Findings([Table("What costs what", (*COLUMNS, "CPU ratio"), rows, NOTE)], ratios)
