"""Finds routes by the fixed start of their paths: hundreds need not be tried in turn."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from operator import itemgetter
from typing import Generic, TypeVar

Item = TypeVar("Item")
Found = TypeVar("Found")


class ByStart(Generic[Item, Found]):
    """Items of paths such as `/v1/products/{product_id}`; one of the path "" may be at any."""

    def __init__(
        self, items: Iterable[tuple[str, Item]], made: Callable[[list[Item]], Found]
    ) -> None:
        numbered = defaultdict[str, list[tuple[int, Item]]](list)
        for number, (path, item) in enumerate(items):
            numbered[_fixed_start(path)].append((number, item))
        known = {"", *numbered}
        self._depth = max(start.count("/") for start in known) + 1
        self._found = {start: made(_in_order(start, numbered)) for start in known}

    def at(self, path: str) -> Found:
        """What was made of all that may be at this path, in their order."""
        segments = path.removesuffix("\n").split("/", self._depth)  # as patterns let it pass
        start = "/".join(segments[: self._depth])
        while start not in self._found:
            start = start.rpartition("/")[0]
        return self._found[start]


def _fixed_start(path: str) -> str:
    """Whole segments: `/v1/products`, of itself and of `/v1/products/{product_id}`."""
    start, parameter, _ = path.partition("{")
    return start.rpartition("/")[0] if parameter else path


def _in_order(start: str, numbered: dict[str, list[tuple[int, Item]]]) -> list[Item]:
    segments = start.split("/")
    beginnings = {"/".join(segments[:number]) for number in range(len(segments) + 1)}
    held = [it for beginning in beginnings for it in numbered.get(beginning, [])]
    return [item for _, item in sorted(held, key=itemgetter(0))]
