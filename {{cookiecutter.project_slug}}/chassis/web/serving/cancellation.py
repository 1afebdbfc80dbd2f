"""Whether it is the end of the service that cancels."""

from typing import Any


def is_draining(app: Any) -> bool:
    """Of an application without a drain, such as one that is mounted, no."""
    drain = getattr(getattr(app, "state", None), "drain", None)
    return drain is not None and drain.is_set()
