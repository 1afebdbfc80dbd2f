"""Where log lines go and in which format, as the settings say; `rendering.py` writes them."""

import logging
from typing import TextIO

from chassis.observability.pipeline import write_logs
from chassis.settings.groups import LogSettings
from chassis.settings.identity import Identity


def configure_logging(
    settings: LogSettings,
    identity: Identity,
    stream: TextIO | None = None,
    process: str | None = None,
) -> None:
    """Send every log line of the process to `stream`, by default standard output.

    `process` is on each line, of a process that is not the one that serves, such as `worker`.
    """
    write_logs(
        identity.service,
        level=settings.level,
        as_json=settings.format == "json" or (settings.format == "auto" and identity.production),
        gathered=identity.production,
        stream=stream,
        process=process,
    )
    logging.getLogger("uvicorn.access").disabled = True  # the request line says more
