"""What it costs to ask who calls: of a token that is known, and of one seen for the first time."""

from benchmarks.asks import LATER
from benchmarks.findings import Findings
from benchmarks.load import Ask
from benchmarks.measuring import COLUMNS, Point, Samples, interleaved, lives
from benchmarks.servers import Server
from benchmarks.service import Service
from benchmarks.tables import Table

# Not secret: it signs nothing outside of this measurement.
SECRET = "a key of the benchmarks that nobody else should use"  # noqa: S105
PLAIN, KNOWN, FIRST = "no guard", "guard, known token", "guard, new token"
NOTE = "A trivial route; the service with its full stack of middleware. A new token is verified."
REQUESTS = 500


def measure(service: Service) -> Findings:
    keys = {"HS256": SECRET, "EdDSA": service.run("caller.py", "key").strip()}
    programs = {
        name: service.program_of("with_guards.py", AUTH_KEYS=key) for name, key in keys.items()
    }
    tokens = {name: service.run("caller.py", AUTH_KEYS=key) for name, key in keys.items()}
    samples = Samples()
    for servers in lives(programs):
        samples.add(interleaved([it for name in keys for it in _points(name, servers, tokens)]))
    ratios = {"guarded": samples.ratio(f"{KNOWN}, HS256", f"{PLAIN}, HS256")}
    return Findings([Table("Who calls", COLUMNS, samples.rows(), NOTE)], ratios)


def _points(name: str, servers: dict[str, Server], tokens: dict[str, str]) -> list[Point]:
    """All with the token, so that they are of the same length."""
    headers = {"Authorization": f"Bearer {tokens[name].strip()}"}
    paths = {PLAIN: LATER.path, KNOWN: "/guarded", FIRST: "/verified"}
    return [
        Point(f"{what}, {name}", servers[name], Ask(path, headers=headers), requests=REQUESTS)
        for what, path in paths.items()
    ]
