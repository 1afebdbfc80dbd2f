"""Page 10,000 of a list against page 1, in a table of a million rows."""

import http.client
import json

from benchmarks.findings import Findings
from benchmarks.load import Ask
from benchmarks.measuring import COLUMNS, LIVES, ROUNDS, Point, interleaved
from benchmarks.service import Service, running
from benchmarks.tables import Table

ROWS, DEEP, LIMIT, STEP = 1_000_000, 10_000, 50, 200
LIST = "/v1/products?limit={}"
NOTE = f"Of {LIMIT} rows each, out of a million; reached by following the cursors."


def measure(service: Service) -> Findings:
    service.fill(ROWS)
    with running({"service": service.program()}) as servers:
        server = servers["service"]
        deep = f"{LIST.format(LIMIT)}&cursor={_cursor_before(DEEP, server.port)}"
        first, last = "page 1", f"page {DEEP:,}"
        pages = {first: Ask(LIST.format(LIMIT)), last: Ask(deep)}
        samples = interleaved(
            [Point(name, server, ask) for name, ask in pages.items()], ROUNDS * LIVES
        )
    table = Table("Pages of a million rows", COLUMNS, samples.rows(), NOTE)
    return Findings([table], {"pages": samples.ratio(last, first)})


def _cursor_before(page: int, port: int) -> str:
    """Walk there; what a page holds is the client's choice, so in larger steps than it asks for."""
    left, cursor = (page - 1) * LIMIT, ""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    while left:
        path = LIST.format(min(STEP, left)) + (f"&cursor={cursor}" if cursor else "")
        connection.request("GET", path)
        found = json.load(connection.getresponse())
        left -= len(found["items"])
        cursor = str(found["next_cursor"])
    connection.close()
    return cursor
