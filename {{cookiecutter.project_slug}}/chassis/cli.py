"""The command line: `python -m app serve`, `doctor`, `import`, `export`, `openapi`."""

import asyncio
import json
import sys
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
import uvicorn
from uvicorn.importer import import_from_string

from chassis.csv_files.commands import commands
from chassis.doctor.budget import Load
from chassis.doctor.start import warn_in_background
from chassis.observability.logging import configure_logging
from chassis.observability.workers import metrics_of_workers
from chassis.service import Service, service_of
from chassis.settings import Settings
from chassis.settings.faults import SettingsError
from chassis.web.serving.header_timeout import HeaderTimeoutProtocol
from chassis.web.serving.listening import CannotListenError, refuse_taken
from chassis.web.serving.workers import WorkerProcesses

cli = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)
PROJECT = Path(__file__).parent.parent

Host = Annotated[str | None, typer.Option(help="Address to listen on, else SERVER_HOST.")]
Port = Annotated[
    int | None, typer.Option(min=0, max=65_535, help="Port to listen on, else SERVER_PORT.")
]
Workers = Annotated[int | None, typer.Option(min=1, help="Processes, else SERVER_WORKERS.")]
Reload = Annotated[bool, typer.Option("--reload", help="Restart when code changes.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Rps = Annotated[
    float | None,
    typer.Option(min=0.001, max=1e9, help="Advise a pool for so many requests a second, of all."),
]
QueryMs = Annotated[
    float | None,
    typer.Option(min=0.001, max=1e9, help="Milliseconds that a request holds a connection."),
]


@cli.command()
def serve(
    context: typer.Context,
    host: Host = None,
    port: Port = None,
    workers: Workers = None,
    reload: Reload = False,  # noqa: FBT002  an option of a command line is a flag
) -> None:
    """Serve HTTP until SIGTERM or Ctrl-C; requests in progress are finished.

    SIGTERM drains first: see SERVER_DRAIN_SECONDS.
    """
    service = service_of(context)
    settings = service.settings()
    server = settings.server
    workers = workers or server.workers
    host, port = host or server.host, server.port if port is None else port
    refuse_taken(host, port)
    configure_logging(settings.log, settings.identity)
    warn_in_background(settings, workers)
    options: dict[str, Any] = {
        "factory": True,
        "host": host,
        "port": port,
        "workers": workers,
        "reload": reload,
        "reload_dirs": _packages(service) if reload else None,
        **_options(settings),
    }
    with metrics_of_workers(settings.metrics, server.host, several=workers > 1 or reload):
        if workers > 1 and not reload:
            WorkerProcesses.run_all(uvicorn.Config(service.application, **options))
        else:
            uvicorn.run(service.application, **options)


def _packages(service: Service) -> list[str]:
    return [str(PROJECT / name) for name in ("chassis", service.application.partition(".")[0])]


def _options(settings: Settings) -> dict[str, Any]:
    server = settings.server
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


@cli.command()
def doctor(
    context: typer.Context,
    rps: Rps = None,
    query_ms: QueryMs = None,
    as_json: AsJson = False,  # noqa: FBT002  an option of a command line is a flag
) -> None:
    """Examine settings and database; status 1 when something has to change."""
    from chassis.doctor.examination import examine, refused  # noqa: PLC0415  as long as all the rest

    if (rps is None) != (query_ms is None):
        message = "--rps and --query-ms go together"
        raise typer.BadParameter(message)
    load = Load(rps, query_ms / 1000) if rps and query_ms else None
    try:
        report = asyncio.run(examine(service_of(context).settings(), load))
    except SettingsError as error:
        if not as_json:
            raise
        report = refused(error)
    print(report.json() if as_json else report.text())
    raise typer.Exit(report.exit_status)


cli.add_typer(commands)


@cli.command()
def openapi(context: typer.Context) -> None:
    """Print the OpenAPI document."""
    create_app = import_from_string(service_of(context).application)
    print(json.dumps(create_app().openapi(), indent=2))


def main(service: Service) -> None:
    """Do what the arguments of the process say."""
    try:
        cli(obj=service)
    except (SettingsError, CannotListenError) as error:
        print(error, file=sys.stderr)
        sys.exit(1)
