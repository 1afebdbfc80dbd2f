"""An event of a stream: of this service, of bare FastAPI, and written by hand."""

from benchmarks.findings import Findings
from benchmarks.load import Ask
from benchmarks.measuring import Point, Sample, Samples, interleaved, lives
from benchmarks.service import Service
from benchmarks.tables import Table

EVENTS = 200
"""In each stream: see `benchmarks/subjects/events.py`."""
STREAMS = 32
OURS, BARE, WRITTEN = "this service", "bare FastAPI", "StreamingResponse"
ASKS = {OURS: Ask("/readings"), BARE: Ask("/readings"), WRITTEN: Ask("/written")}
COLUMNS = ("", "CPU µs for an event", "events/s")
NOTE = (
    f"{EVENTS} events of 32 bytes in each stream, without a wait between them; 16 streams at once."
    " The first two are Server-Sent Events of FastAPI's own, the last one is text of a bare FastAPI"
    " that has no heartbeat."
)


def measure(service: Service) -> Findings:
    bare = service.subject("bare_streams")
    programs = {OURS: service.program_of("with_streams.py"), BARE: bare, WRITTEN: bare}
    samples = Samples()
    for servers in lives(programs):
        points = [Point(name, servers[name], ASKS[name], requests=STREAMS) for name in programs]
        samples.add(interleaved(points))
    rows = [(name, *_cells(samples.median(name))) for name in programs]
    table = Table("Streams of events", COLUMNS, rows, NOTE)
    return Findings([table], {"event": samples.ratio(OURS, BARE)})


def _cells(stream: Sample) -> tuple[str, str]:
    return f"{stream.cpu / EVENTS:,.0f}", f"{stream.rate * EVENTS:,.0f}"
