"""Counting is never worth a request: what goes wrong is logged, and the request goes on."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import structlog

Arguments = ParamSpec("Arguments")


def harmless(record: Callable[Arguments, None]) -> Callable[Arguments, None]:
    @wraps(record)
    def recorded(*args: Arguments.args, **kwargs: Arguments.kwargs) -> None:
        try:
            record(*args, **kwargs)
        except Exception:  # noqa: BLE001  a metric must not break what it counts
            structlog.get_logger().exception("a metric could not be recorded")

    return recorded
