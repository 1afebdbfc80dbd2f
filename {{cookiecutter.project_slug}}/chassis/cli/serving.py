"""The server of a service: uvicorn, told what the settings say."""

from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import Any

import typer
import uvicorn

from chassis.cli.service import Service
from chassis.observability.workers import metrics_of_workers
from chassis.settings import Settings
from chassis.settings.groups import ServerSettings
from chassis.settings.project import PROJECT
from chassis.web.serving.header_timeout import HeaderTimeoutProtocol
from chassis.web.serving.listening import Listener, at_descriptor, at_host
from chassis.web.serving.reloading import GRACEFUL, ReloadedProcess
from chassis.web.serving.server import LOCAL, ServiceConfig, SingleServer
from chassis.web.serving.unix_socket import at_path
from chassis.web.serving.workers import WorkerProcesses


def listener_for(server: ServerSettings, uds: Path | None, fd: int | None) -> Listener:
    """Raises CannotListenError."""
    if uds is not None and fd is not None:
        message = "--uds and --fd: give one of them"
        raise typer.BadParameter(message)
    if fd is not None:
        return at_descriptor(fd)
    return at_host(server.host, server.port) if uds is None else at_path(uds)


def run_server(
    service: Service, settings: Settings, listener: Listener, *, reload: bool = False
) -> None:
    """Until a signal ends it."""
    server = settings.server
    several = server.workers > 1 or reload
    options = server_options(server)
    if listener.is_local and "*" not in server.trusted_proxies:
        options["forwarded_allow_ips"] = [*server.trusted_proxies, LOCAL]
    if reload:
        options["timeout_graceful_shutdown"] = min(server.graceful_timeout, GRACEFUL)
    config = ServiceConfig(
        service.application,
        is_local=listener.is_local,
        factory=True,
        workers=server.workers,
        reload=reload,
        reload_dirs=_watched(service) if reload else None,
        **options,
    )
    with (
        metrics_of_workers(settings.metrics, server.host, several=several),
        closing(listener),
        suppress(KeyboardInterrupt),  # uvicorn has told its own end, and this is the signal's
    ):
        _run(config, listener)


def _run(config: uvicorn.Config, listener: Listener) -> None:
    if config.should_reload:
        ReloadedProcess.run_always(config, listener)
    elif config.workers > 1:
        WorkerProcesses.run_all(config, listener)
    else:
        config.load_app()  # exits with one line where there is none
        SingleServer(config, listener).run(listener.sockets)


def _watched(service: Service) -> list[str]:
    """Code, and migrations: one that was just written is told at the start that follows."""
    names = ("chassis", service.application.partition(".")[0], "migrations")
    return [str(PROJECT / name) for name in names if (PROJECT / name).is_dir()]


def server_options(server: ServerSettings) -> dict[str, Any]:
    """What does not depend on how many processes there are."""
    return {
        "log_config": None,  # chassis/observability/logging.py configures every logger
        "access_log": False,  # the request line says more
        "server_header": False,
        "forwarded_allow_ips": server.trusted_proxies,
        "timeout_keep_alive": server.keep_alive,
        "timeout_graceful_shutdown": server.graceful_timeout,
        "http": _protocol(server.header_timeout),
        "ws": "wsproto",  # answers every handshake, see docs/decisions/0027-websockets.md
        "ws_max_size": server.max_body_bytes,
        "ws_per_message_deflate": False,  # a message may unpack to a thousand times its size
        "timeout_worker_healthcheck": 30,  # in 5 s, a busy machine kills workers that are well
        # Else requests on one connection could see each other's log context.
        "reset_contextvars": True,
    }


def _protocol(header_timeout: float) -> Any:
    if not header_timeout:
        return "httptools"
    return partial(HeaderTimeoutProtocol, header_timeout=header_timeout)
