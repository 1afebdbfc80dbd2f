"""`python -m app work`, and `python -m app jobs`, for what waits and what failed."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Annotated, Any, NoReturn
from uuid import UUID

import typer
from asyncpg import InterfaceError, PostgresError
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database.command import run_in_transaction
from chassis.database.failures import problem_from
from chassis.jobs import tending
from chassis.jobs.definition import Job
from chassis.jobs.registry import Registry
from chassis.jobs.schedule import Schedule
from chassis.observability.logging import configure_logging

FAILURES = (SQLAlchemyError, PostgresError, InterfaceError, OSError)
Once = Annotated[bool, typer.Option("--once", help="Do what is due now, and end.")]
Queues = Annotated[
    list[str] | None,
    typer.Option("--queue", help="Take jobs of this one, else JOBS_QUEUES; may come again."),
]
Concurrency = Annotated[
    int | None, typer.Option(min=1, max=1_000, help="Jobs at once, else JOBS_CONCURRENCY.")
]
Port = Annotated[
    int | None, typer.Option(min=0, max=65_535, help="Of health and metrics, else JOBS_PORT.")
]
Ids = Annotated[list[UUID] | None, typer.Argument(metavar="[ID]...", help="As `list` tells them.")]
Name = Annotated[str | None, typer.Option(help="All that failed of this job.")]
Failed = Annotated[bool, typer.Option("--failed", help="Only those that have failed.")]

tools = typer.Typer(no_args_is_help=True, help="Jobs that wait, and that failed.")


def commands_of(
    jobs: Sequence[Job[...]], schedules: Sequence[Schedule] = ()
) -> Mapping[str, typer.Typer]:
    """`work` and `jobs`, for the command line of a service with these."""
    worker = typer.Typer(invoke_without_command=True)

    @worker.callback()
    def work(
        context: typer.Context,
        queue: Queues = None,
        concurrency: Concurrency = None,
        port: Port = None,
        once: Once = False,  # noqa: FBT002  an option of a command line is a flag
    ) -> None:
        """Do jobs until SIGTERM or Ctrl-C; those in progress are finished."""
        from chassis.jobs.worker import serving  # noqa: PLC0415  other commands need none of it

        settings: Any = context.obj.settings()
        given = {"queues": queue, "concurrency": concurrency, "port": port}
        said = {name: value for name, value in given.items() if value is not None}
        asked = settings.jobs.model_copy(update=said)
        registry = Registry(jobs, schedules)
        if once:
            configure_logging(settings.log, settings.identity, process=serving.WORKER)
            asyncio.run(serving.work_once(settings, asked, settings.events, registry))
        else:
            serving.run_worker(settings, asked, settings.events, registry)

    return {"work": worker, "jobs": tools}


@tools.command("list")
def list_(
    context: typer.Context,
    failed: Failed = False,  # noqa: FBT002  an option of a command line is a flag
) -> None:
    """Print id, name, state, attempts and last error of each, with tabs between them."""

    async def work(session: AsyncSession) -> None:
        async for line in tending.lines(session, failed=failed):
            typer.echo(line)

    _run(context, work)


@tools.command()
def retry(context: typer.Context, ids: Ids = None, name: Name = None) -> None:
    """Have jobs that failed done again, as if they had never been tried."""
    _change(context, tending.retry, "to be done again", ids, name)


@tools.command()
def discard(context: typer.Context, ids: Ids = None, name: Name = None) -> None:
    """Forget jobs that failed, or of these ids, that wait."""
    _change(context, tending.discard, "discarded", ids, name)


def _change(
    context: typer.Context,
    change: Callable[[AsyncSession, Sequence[UUID], str | None], Awaitable[int]],
    what: str,
    ids: Sequence[UUID] | None,
    name: str | None,
) -> None:
    if bool(ids) == (name is not None):
        message = "give ids, or --name"
        raise typer.BadParameter(message)

    async def work(session: AsyncSession) -> None:
        count = await change(session, ids or (), name)
        typer.echo(f"{count} {'job' if count == 1 else 'jobs'} {what}.", err=True)

    _run(context, work)


def _run(context: typer.Context, work: Callable[[AsyncSession], Awaitable[None]]) -> None:
    try:
        run_in_transaction(context.obj.settings(), work)
    except FAILURES as error:
        _stop(problem_from(error).detail or problem_from(error).title)


def _stop(sentence: str) -> NoReturn:
    typer.echo(sentence, err=True)
    raise typer.Exit(1)
