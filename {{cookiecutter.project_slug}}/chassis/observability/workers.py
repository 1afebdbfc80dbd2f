"""Metrics of several processes: a directory that they share, and one port for all of them.

Apart from the rest of the metrics, because this runs before prometheus-client is imported.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from chassis.settings.groups import MetricsSettings
from chassis.settings.sharing import share_metrics_in

IN_MEMORY = Path("/dev/shm")  # noqa: S108  a directory with a random name is made in it


@contextmanager
def metrics_of_workers(settings: MetricsSettings, host: str, *, several: bool) -> Iterator[None]:
    """Around the process that starts the workers. One process alone serves its metrics itself."""
    if not (settings.enabled and several):
        share_metrics_in(None)
        yield
        return
    place = IN_MEMORY if IN_MEMORY.is_dir() else None
    with TemporaryDirectory(prefix=f"metrics-{os.getpid()}-", dir=place) as directory:
        share_metrics_in(directory)
        if settings.port is None:
            yield
        else:
            with _serving(Path(directory), host, settings.port):
                yield


@contextmanager
def _serving(directory: Path, host: str, port: int) -> Iterator[None]:
    from chassis.observability.metrics.exposition import (  # noqa: PLC0415  it is on
        of_workers,
        serving_metrics,
    )

    with serving_metrics(of_workers(directory), host, port):
        yield
