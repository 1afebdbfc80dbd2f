"""URLs that users give: they lead to the public internet, whatever they say, or nowhere.

https://cheatsheetseries.owasp.org/cheatsheets/Server_Side_Request_Forgery_Prevention_Cheat_Sheet.html
"""

import re
import socket
from errno import EACCES
from ipaddress import ip_address
from typing import Any

from yarl import URL

from chassis.outbound.addresses import is_public
from chassis.outbound.problems import UrlNotPublic, fail_with
from chassis.outbound.urls import Query
from chassis.settings.upstream_urls import PUBLIC

SCHEMES = {"http", "https"}
NUMERIC = re.compile(r"(?:.*\.)?(?:\d+|0x[0-9a-f]*)\.?", re.IGNORECASE)


class NotPublicError(OSError):
    """Without the address: as it has no other words, aiohttp raises one for all of a name's."""

    def __init__(self) -> None:
        super().__init__(EACCES, "the address is not public")


def public_socket(info: tuple[Any, ...]) -> socket.socket:
    """The `socket_factory` of a connector.

    It sees the very address that is connected next. A check of the name before would be passed by
    a name that has another address a moment later; one in a resolver, by an address in the URL.
    """
    family, kind, protocol, _, address = info
    if not is_public(address[0]):
        raise NotPublicError
    return socket.socket(family, kind, protocol)


def public_url(given: str, query: Query | None) -> URL:
    """Raises UrlNotPublic."""
    if fault := _fault(given):
        fail_with(UrlNotPublic(PUBLIC, fault))
    url = URL(given)
    return url.extend_query(query) if query else url


def _fault(given: str) -> str:
    try:
        url = URL(given)
        host = url.host or ""
        if NUMERIC.fullmatch(host):
            ip_address(host)  # 127.1 and 0x7f000001 are addresses to some, and names to others
    except ValueError:
        return "it is no URL"
    if url.scheme not in SCHEMES or not host:
        return "it is no http:// or https://"
    return "it has a user" if url.user or url.password else ""
