"""What a scrape reads: this process alone, or all workers through the directory they share."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import structlog
from prometheus_client import CollectorRegistry, ProcessCollector, start_http_server
from prometheus_client.exposition import choose_encoder
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from chassis.settings.faults import SettingsError
from chassis.settings.places import address_of
from chassis.settings.sharing import shared_metrics


def readable(own: CollectorRegistry) -> CollectorRegistry:
    """A process that counts alone also tells its memory, CPU time and open files."""
    if (directory := shared_metrics()) is not None:
        return of_workers(directory)
    ProcessCollector(registry=own)
    return own


def of_workers(directory: Path) -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(WorkersCollector(directory))
    return registry


class WorkersCollector(MultiProcessCollector):
    """Forgets the gauges of workers that ended, however they did; their counts stay."""

    def __init__(self, directory: Path) -> None:
        super().__init__(None, str(directory))  # type: ignore[no-untyped-call]
        self._directory = directory

    def collect(self) -> Any:
        for file in self._directory.glob("gauge_live*.db"):
            if not _is_alive(pid := int(file.stem.rpartition("_")[2])):
                with suppress(FileNotFoundError):  # another worker has just done it
                    mark_process_dead(pid, str(self._directory))  # type: ignore[no-untyped-call]
        return super().collect()  # type: ignore[no-untyped-call]


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def exposition(registry: CollectorRegistry, accept: str) -> tuple[bytes, str]:
    """The metrics, and their media type."""
    encode, media_type = choose_encoder(accept)
    return encode(registry), media_type


@contextmanager
def serving_metrics(registry: CollectorRegistry, host: str, port: int) -> Iterator[None]:
    """Answer scrapes at a port of its own, in a thread. Raises SettingsError if it is taken."""
    try:
        server, thread = start_http_server(port, host, registry)
    except OSError as error:
        fault = f"METRICS_PORT={port}: cannot listen at {host}: {error.strerror}; take another"
        raise SettingsError([fault]) from error
    address = f"{address_of(host, server.server_port)}/metrics"
    structlog.get_logger().info("metrics are served", address=address)
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
