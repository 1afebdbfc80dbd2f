"""Other services that this one calls: where they are, and how long and how often it tries."""

from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, Field, SecretStr
from pydantic_settings import NoDecode

from chassis.settings.groups import Group
from chassis.settings.upstream_urls import BaseURL, ProxyURL, entries
from chassis.settings.values import Seconds, SecondsOrNever


class Limits(Group):
    """What bounds a call; an upstream may have its own."""

    timeout: Seconds = 5.0
    """Seconds for a call, all its attempts together, and what is left of the request at most."""
    connect_timeout: Seconds = 1.0
    """Seconds to open a connection, its name looked up and TLS agreed on."""
    read_timeout: Seconds = 5.0
    """Seconds without a byte of the answer until a call is given up."""
    connections: int = Field(50, ge=1, le=10_000)
    """Calls at once to each upstream, by each process."""
    wait: SecondsOrNever = 0.5
    """Seconds that a call waits while so many are under way; 0 is not at all."""
    attempts: int = Field(3, ge=1, le=10)
    """How often a call is tried at most, where a second try can do no harm."""
    max_bytes: int = Field(1_048_576, ge=1)
    """Largest answer, decompressed; a larger one is refused."""


def unnamed(name: str, by: str) -> str:
    """What to tell who calls a service that the settings do not name."""
    example = f'{{"{name}": "https://{name}.example/v1"}}'
    return f"OUTBOUND_UPSTREAMS names no {name!r}, which {by} calls. Example: {example}"


class UpstreamSettings(Limits):
    """One entry of OUTBOUND_UPSTREAMS: what it does not say is as for all."""

    model_config = ConfigDict(extra="forbid")

    url: BaseURL
    """What each path is added to: `https://payments.example/v1`."""
    headers: dict[str, SecretStr] = {}
    """Sent with each call: `Authorization`, or a key by another name."""


Upstreams = Annotated[
    dict[str, UpstreamSettings],
    NoDecode,
    BeforeValidator(lambda value: entries(value, UpstreamSettings)),
]
"""A JSON object, name to URL, or to an object of `UpstreamSettings`."""


class OutboundSettings(Limits):
    """Other services that this one calls."""

    upstreams: Upstreams = {}
    """Services to call, as a JSON object: `{"payments": "https://payments.example/v1"}`."""
    keep_alive: Seconds = 4.0
    """Seconds an idle connection stays open; less than upstreams keep one."""
    proxy: ProxyURL = None
    """A proxy that all calls to upstreams go through: `http://user:password@proxy:3128`."""

    def limits(self, name: str) -> Limits:
        """Of an upstream: its own where it has them, else those for all."""
        own = self.upstreams[name]
        fields = Limits.model_fields
        given = {it: getattr(own if it in own.model_fields_set else self, it) for it in fields}
        return Limits(**given)
