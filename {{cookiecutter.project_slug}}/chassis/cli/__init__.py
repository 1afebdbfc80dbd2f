"""The command line: `python -m app serve`, `doctor`, `import`, `export`, `openapi`."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from chassis.cli.application import make, making
from chassis.cli.service import Service, service_of
from chassis.cli.serving import listener_for, run_server
from chassis.cli.transfers import commands
from chassis.doctor.budget import Load
from chassis.doctor.callers import tell_strangers
from chassis.doctor.start import warn_in_background
from chassis.observability.logging import configure_logging
from chassis.settings.faults import SettingsError
from chassis.web.serving.listening import CannotListenError

cli = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)

Host = Annotated[str | None, typer.Option(help="Address to listen on, else SERVER_HOST.")]
Port = Annotated[
    int | None, typer.Option(min=0, max=65_535, help="Port to listen on, else SERVER_PORT.")
]
Uds = Annotated[
    Path | None, typer.Option(help="Unix socket to listen on; its file is removed at the end.")
]
Fd = Annotated[
    int | None, typer.Option(min=0, help="File descriptor to listen on, as systemd passes it.")
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
def serve(  # noqa: PLR0913, PLR0917  each is an option
    context: typer.Context,
    host: Host = None,
    port: Port = None,
    uds: Uds = None,
    fd: Fd = None,
    workers: Workers = None,
    reload: Reload = False,  # noqa: FBT002  an option of a command line is a flag
) -> None:
    """Serve HTTP until SIGTERM or Ctrl-C; requests in progress are finished.

    SIGTERM drains first: see SERVER_DRAIN_SECONDS.
    """
    service = service_of(context)
    settings = service.settings()
    given = {"host": host, "port": port, "workers": workers}
    said = {name: value for name, value in given.items() if value is not None}
    server = settings.server.model_copy(update=said)
    listener = listener_for(server, uds, fd)
    configure_logging(settings.log, settings.identity)
    settings = settings.model_copy(update={"server": server})
    tell_strangers(settings)
    warn_in_background(settings)
    run_server(service, settings, listener, reload=reload)


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
        service = service_of(context)
        further = (making(service), *service.examinations)
        report = asyncio.run(examine(service.settings(), load, further))
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
    print(json.dumps(make(service_of(context)).openapi(), indent=2))


def main(service: Service) -> None:
    """Do what the arguments of the process say."""
    for name, commands_of_it in service.commands.items():
        cli.add_typer(commands_of_it, name=name)
    try:
        cli(obj=service)
    except (SettingsError, CannotListenError) as error:
        print(error, file=sys.stderr)
        sys.exit(1)
