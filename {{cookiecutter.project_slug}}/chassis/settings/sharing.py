"""Where the worker processes of one service put their metrics together.

prometheus-client decides by this variable, when it is imported, whether it counts for one process
or for several; a worker has no other way to hear of the directory either.
"""

import os
from pathlib import Path

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


def share_metrics_in(directory: str | None) -> None:
    """For this process and those that it starts; None for a process that counts alone."""
    os.environ.pop(VARIABLE, None)  # noqa: TID251  see above
    if directory is not None:
        os.environ[VARIABLE] = directory  # noqa: TID251  see above


def shared_metrics() -> Path | None:
    directory = os.environ.get(VARIABLE)  # noqa: TID251  see above
    return Path(directory) if directory else None
