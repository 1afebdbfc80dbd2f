"""The command line: `python -m app serve`, `python -m app openapi`."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
import uvicorn

from app.main import create_app
from app.observability.logging import configure_logging
from app.settings import Settings
from app.settings_faults import SettingsError

APPLICATION = "app.main:create_app"

cli = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)

Host = Annotated[str | None, typer.Option(help="Address to listen on, else SERVER_HOST.")]
Port = Annotated[
    int | None, typer.Option(min=0, max=65_535, help="Port to listen on, else SERVER_PORT.")
]
Workers = Annotated[int | None, typer.Option(min=1, help="Processes, else SERVER_WORKERS.")]
Reload = Annotated[bool, typer.Option("--reload", help="Restart when code in app/ changes.")]


@cli.command()
def serve(
    host: Host = None,
    port: Port = None,
    workers: Workers = None,
    reload: Reload = False,  # noqa: FBT002  an option of a command line is a flag
) -> None:
    """Serve HTTP until SIGTERM or Ctrl-C; requests in progress are finished."""
    settings = Settings()
    server = settings.server
    configure_logging(settings)
    uvicorn.run(
        APPLICATION,
        factory=True,
        host=host or server.host,
        port=server.port if port is None else port,
        workers=workers or server.workers,
        reload=reload,
        reload_dirs=[str(Path(__file__).parent)] if reload else None,
        log_config=None,  # app/observability/logging.py configures every logger
        access_log=False,  # the request line says more
        server_header=False,
        forwarded_allow_ips=server.trusted_proxies,
        timeout_keep_alive=server.keep_alive,
        timeout_graceful_shutdown=server.graceful_timeout,
        # Else requests on one connection could see each other's log context.
        reset_contextvars=True,
    )


@cli.command()
def openapi() -> None:
    """Print the OpenAPI document."""
    print(json.dumps(create_app().openapi(), indent=2))


def main() -> None:
    try:
        cli()
    except SettingsError as error:
        print(error, file=sys.stderr)
        sys.exit(1)
