"""Other services, as a job has them."""

from typing import TYPE_CHECKING

from chassis.settings.outbound import unnamed

if TYPE_CHECKING:
    from chassis.outbound.upstream import Upstream


class UnnamedUpstreamError(KeyError):
    def __str__(self) -> str:
        return str(self.args[0])


class Upstreams(dict[str, "Upstream"]):
    """By the names that OUTBOUND_UPSTREAMS gives them. Raises UnnamedUpstreamError."""

    def __missing__(self, name: str) -> "Upstream":
        raise UnnamedUpstreamError(unnamed(name, "a job"))
