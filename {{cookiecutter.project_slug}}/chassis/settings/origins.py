"""Origins as browsers send them (https://html.spec.whatwg.org/multipage/browsers.html#origin).

CORS compares them letter by letter, so one that is written in another way allows nobody.
"""

import re
from ipaddress import IPv4Address, IPv6Address

DEFAULT_PORTS = {"http": 80, "https": 443}
WRITTEN = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9a-f:.]+\]|[^\s/?#@:\[\]*]+)(:(?P<port>\d{0,5}))?(?P<rest>[/?#]\S*)?",
    re.IGNORECASE,
)
EXAMPLE = "write it as browsers do: https://shop.example"


def refused(value: str) -> str | None:
    """What is wrong with an origin, and what to write."""
    if value.lower() == "null":
        return "is sent by pages of anybody, from files and sandboxes; name origins"
    if "*" in value:
        return "is no origin, and none is a pattern; list each, or write * alone for all"
    sent = as_sent(value)
    if sent is None:
        return f"is no origin; {EXAMPLE}"
    return None if sent == value else f"is sent by no browser; write {sent}"


def as_sent(value: str) -> str | None:
    """None when no origin can be read out of it."""
    found = WRITTEN.fullmatch(value)
    host = found and _host(found["host"])
    if not found or not host:
        return None
    scheme, port = found["scheme"].lower(), int(found["port"] or 0)
    if port > 65_535:  # noqa: PLR2004  the last one
        return None
    return (
        f"{scheme}://{host}" if port in {0, DEFAULT_PORTS[scheme]} else f"{scheme}://{host}:{port}"
    )


def _host(written: str) -> str | None:
    """In small letters, in ASCII, and addresses in their shortest form."""
    try:
        if written.startswith("["):
            return f"[{IPv6Address(written[1:-1])}]"
        name = written.encode("idna").decode().lower()
        last = name.rstrip(".").rpartition(".")[2]
        return str(IPv4Address(name)) if last.isdigit() else name
    except ValueError:
        return None
