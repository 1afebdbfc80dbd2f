"""Several servers in one address, in any form of libpq's; which one is the primary, time tells.

https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-MULTIPLE-HOSTS
"""

import re
from typing import NamedTuple

from sqlalchemy import URL

DEFAULT_PORT = "5432"
SERVER = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\[\]:@\s]+|[0-9A-Fa-f:]+)(?::(\d{1,5}))?")
EXAMPLE = "postgresql://user:password@db1:5432,db2:5432/database?target_session_attrs=read-write"


class Server(NamedTuple):
    host: str
    port: int


def with_servers(url: URL, hosts: str) -> URL:
    """`hosts` of the address itself, or those of `?host=`, as `?host=db1,db2&port=5432,5432`.

    So SQLAlchemy can read it. An address of one server stays as it is. Raises ValueError.
    """
    hosts = hosts or _joined(url.query.get("host"))
    if "," not in hosts:
        return url
    found = [SERVER.fullmatch(text.strip()) for text in hosts.split(",")]
    ports = _ports(_joined(url.query.get("port")), len(found))
    servers = [
        (match[1].strip("[]"), match[2] or port)
        for match, port in zip(found, ports, strict=True)
        if match is not None
    ]
    if len(servers) < len(found) or not all(0 < int(port) < 65_536 for _, port in servers):  # noqa: PLR2004
        message = f"each of several servers is a host, or host:port, such as {EXAMPLE}"
        raise ValueError(message)
    names, numbers = zip(*servers, strict=True)
    query = {"host": ",".join(names), "port": ",".join(numbers)}
    return url.set(host=None, port=None).update_query_dict(query)


def _ports(given: str, count: int) -> list[str]:
    ports = given.split(",") if given else [DEFAULT_PORT]
    ports = ports * count if len(ports) == 1 else ports
    if len(ports) != count or not all(re.fullmatch(r"\d{1,5}", port) for port in ports):
        message = f"{count} hosts go with one port for all, or with {count} ports"
        raise ValueError(message)
    return ports


def _joined(value: str | tuple[str, ...] | None) -> str:
    """SQLAlchemy's own form is `?host=db1:5432&host=db2:5432`."""
    return value or "" if isinstance(value, str | None) else ",".join(value)


def servers_of(url: URL) -> list[Server]:
    """Empty for a single one, which stands where it always does."""
    hosts, ports = str(url.query.get("host", "")), str(url.query.get("port", ""))
    if "," not in hosts:
        return []
    return [
        Server(host, int(port))
        for host, port in zip(hosts.split(","), ports.split(","), strict=True)
    ]


def told(url: URL) -> URL:
    """For a person and for comparing: several servers are one host, `db1,db2`."""
    servers = servers_of(url)
    if not servers:
        return url
    ports = {server.port for server in servers}
    names = [it.host if len(ports) == 1 else f"{it.host}:{it.port}" for it in servers]
    port = ports.pop() if len(ports) == 1 else None
    return url.difference_update_query(["host", "port"]).set(host=",".join(names), port=port)
