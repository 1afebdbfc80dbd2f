"""Where a call goes: the upstream's own address, and a path that leads nowhere else."""

import re
from collections.abc import Mapping
from urllib.parse import unquote

from yarl import URL

PATH = re.compile(r"(/[A-Za-z0-9._~!$&'()*+,;=:@%-]*)*")
DOTS = {".", ".."}

Query = Mapping[str, str | int | float]


def url_below(base: str, path: str, query: Query | None) -> URL:
    """Raises ValueError for a path that is none, or that climbs out of the base."""
    if not PATH.fullmatch(path) or _climbs(path):
        message = (
            "a path begins with /, is percent-encoded and has no query, no . and no .. in it; "
            "what a client gives goes into it as quote(value, safe=''), a query as params="
        )
        raise ValueError(message)
    url = URL(f"{base}{path}", encoded=True)
    return url.extend_query(query) if query else url


def _climbs(path: str) -> bool:
    """Also in what servers may make of it, some of which decode it before they resolve dots."""
    if "." not in path and "%" not in path:
        return False
    return not DOTS.isdisjoint(unquote(path).replace("\\", "/").split("/"))
