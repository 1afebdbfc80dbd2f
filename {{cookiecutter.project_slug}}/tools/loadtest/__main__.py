"""The command line of the load test."""

import argparse
import asyncio
import sys
from pathlib import Path
from typing import Any

import httpx

from tools.loadtest.picture import picture
from tools.loadtest.plan import Plan
from tools.loadtest.report import is_error, report
from tools.loadtest.running import run

NOT_FOUND = 404
DESCRIPTION = """\
Ask a running service as its clients would: every resource of its OpenAPI document, half of the
requests for one thing, a fifth for lists, the rest create and change. It writes rows, which stay.
Status 1 when a request failed (no answer, or 5xx).
"""


def main(arguments: list[str]) -> None:
    options = _parse(arguments)
    try:
        plan = Plan(_ask_what_there_is(options))
    except (httpx.HTTPError, ValueError) as error:
        sys.exit(f"{options.url}: {error}")
    print(f"{options.clients} clients ask {options.url} for {options.seconds:g} s ...", flush=True)
    result = asyncio.run(run(options.url, plan, clients=options.clients, seconds=options.seconds))
    print(report(result, options.seconds))
    options.picture.write_text(picture(result), encoding="utf-8")
    print(f"Picture: {options.picture}")
    sys.exit(any(map(is_error, result.answers)))


def _ask_what_there_is(options: argparse.Namespace) -> Any:
    """Raises httpx.HTTPError, and ValueError where rows of a load test do not belong."""
    with httpx.Client(base_url=options.url) as http:
        # Who does not tell is taken for production, which does not.
        environment = http.get("/health").json().get("environment", "production")
        if environment == "production" and not options.production:
            message = "it runs as production, and the load test writes rows; --production insists"
            raise ValueError(message)
        document = http.get("/openapi.json")
        if document.status_code == NOT_FOUND:
            message = "it serves no /openapi.json, which says what to ask; set SERVER_DOCS=true"
            raise ValueError(message)
        return document.raise_for_status().json()


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tools.loadtest",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="default: %(default)s")
    parser.add_argument("--clients", type=int, default=16, help="at once; default: %(default)s")
    parser.add_argument("--seconds", type=float, default=30, help="default: %(default)s")
    parser.add_argument("--picture", type=Path, default=Path("loadtest.svg"), metavar="FILE")
    parser.add_argument("--production", action="store_true", help="also where it is production")
    options = parser.parse_args(arguments)
    if options.clients < 1 or options.seconds <= 0:
        parser.error("--clients and --seconds must be more than 0")
    return options


if __name__ == "__main__":
    main(sys.argv[1:])
