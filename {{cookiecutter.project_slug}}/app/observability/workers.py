"""Metrics of several processes: a directory that they share, and one port for all of them.

Apart from the rest of the metrics, because this runs before prometheus-client is imported.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from app.settings import Settings
from app.settings.sharing import share_metrics_in

IN_MEMORY = Path("/dev/shm")  # noqa: S108  a directory with a random name is made in it


@contextmanager
def metrics_of_workers(settings: Settings, *, several: bool) -> Iterator[None]:
    """Around the process that starts the workers. One process alone serves its metrics itself."""
    if not (settings.metrics.enabled and several):
        share_metrics_in(None)
        yield
        return
    place = IN_MEMORY if IN_MEMORY.is_dir() else None
    with TemporaryDirectory(prefix=f"metrics-{os.getpid()}-", dir=place) as directory:
        share_metrics_in(directory)
        if settings.metrics.port is None:
            yield
        else:
            with _serving(settings, Path(directory), settings.metrics.port):
                yield


@contextmanager
def _serving(settings: Settings, directory: Path, port: int) -> Iterator[None]:
    from app.observability.metrics.exposition import (  # noqa: PLC0415  see above
        of_workers,
        serving_metrics,
    )

    with serving_metrics(of_workers(directory), settings.server.host, port):
        yield
