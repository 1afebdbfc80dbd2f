"""Whether the services that are called can be reached: their names, their ports, their TLS.

None is asked anything: what a request would mean to it, the doctor cannot know.
"""

import asyncio
import socket
import ssl
from urllib.parse import urlsplit

from chassis.doctor.report import Finding, error, ok
from chassis.settings import Settings
from chassis.settings.outbound import OutboundSettings

PORTS = {"http": 80, "https": 443}
OPEN = "Is it running, and may we reach it from here? If so, correct"


async def upstreams(settings: Settings) -> dict[str, Finding]:
    """By name. Behind a proxy it is the proxy that is reached, and all else is its affair."""
    outbound = settings.outbound
    if not outbound.upstreams:
        return {}
    if outbound.proxy is not None:
        seconds, address = outbound.connect_timeout, outbound.proxy.get_secret_value()
        return {"proxy": await reached(address, seconds, "OUTBOUND_PROXY")}
    return {f"upstream {name}": await _examine(outbound, name) for name in outbound.upstreams}


async def _examine(outbound: OutboundSettings, name: str) -> Finding:
    seconds = outbound.limits(name).connect_timeout
    return await reached(outbound.upstreams[name].url, seconds, "OUTBOUND_UPSTREAMS")


async def reached(address: str, seconds: float, variable: str) -> Finding:
    """By a connection that is closed again; `variable` is the setting that has the address."""
    parts = urlsplit(address)
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    place = f"{host}:{port}"
    tls = ssl.create_default_context() if parts.scheme == "https" else None
    try:
        async with asyncio.timeout(seconds):
            _, writer = await asyncio.open_connection(host, port, ssl=tls)
    except socket.gaierror:
        return error(f"The name {host} is not known", f"Correct {variable}, or the DNS.")
    except ssl.SSLError as failure:
        return error(f"{place} is not trusted: {failure.reason}", "Mend its certificate.")
    except TimeoutError:
        return error(f"{place} does not answer within {seconds:g} s", f"{OPEN} {variable}.")
    except OSError as failure:
        return error(f"{place} cannot be reached: {failure.strerror}", f"{OPEN} {variable}.")
    writer.transport.abort()
    return ok(f"{place} answers")
