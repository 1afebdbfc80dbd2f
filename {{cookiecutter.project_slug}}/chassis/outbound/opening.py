"""All upstreams of a service, on one pooled client, until the end of a block."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

from chassis.outbound.client import Client, session
from chassis.outbound.observation import Observation
from chassis.outbound.public_only import public_socket, public_url
from chassis.outbound.upstream import Upstream
from chassis.outbound.urls import url_below
from chassis.settings.outbound import OutboundSettings
from chassis.settings.upstream_urls import PUBLIC

Observe = Callable[[str, str | None], Observation]
"""Of an upstream, by its name and its address, where it has one."""


@dataclass(frozen=True)
class Outbound:
    """What a service calls."""

    upstreams: Mapping[str, Upstream]
    """Those of the settings, by name."""
    public: Upstream
    """For URLs that users give, with a client of its own: no proxy and no address of ours."""


@asynccontextmanager
async def outbound(
    settings: OutboundSettings, user_agent: str, observe: Observe
) -> AsyncIterator[Outbound]:
    async with AsyncExitStack() as stack:
        opened = partial(session, user_agent=user_agent, keep_alive=settings.keep_alive)
        proxy = None if settings.proxy is None else settings.proxy.get_secret_value()
        client = Client(await stack.enter_async_context(opened(proxy=proxy)))
        others = opened(socket_factory=public_socket, happy_eyeballs_delay=None)
        public = Client(await stack.enter_async_context(others))
        yield Outbound(
            {name: _upstream(client, settings, name, observe) for name in settings.upstreams},
            Upstream(public, public_url, settings, observe(PUBLIC, None), {}),
        )


def _upstream(client: Client, settings: OutboundSettings, name: str, observe: Observe) -> Upstream:
    own = settings.upstreams[name]
    headers = {header: value.get_secret_value() for header, value in own.headers.items()}
    url_of = partial(url_below, own.url)
    return Upstream(client, url_of, settings.limits(name), observe(name, own.url), headers)
