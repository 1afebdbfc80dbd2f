"""The commands `import` and `export`. All that they say goes to standard error."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from chassis.cli.service import Service, service_of
from chassis.csv_files.exporting import export
from chassis.csv_files.importing import Import
from chassis.csv_files.places import created, opened, size
from chassis.csv_files.progress import shown
from chassis.csv_files.refusals import DRIVER_ERRORS, ImportFailed, refusal
from chassis.csv_files.resource import Resource
from chassis.database.command import run_on_database
from chassis.database.session import Database
from chassis.settings import Settings

INTERRUPTED = 130
Name = Annotated[str, typer.Argument(metavar="RESOURCE", help="What the API calls it.")]
Source = Annotated[Path, typer.Argument(metavar="FILE", help="CSV; - is standard input.")]
Target = Annotated[
    Path, typer.Argument(metavar="FILE", help="CSV, replaced if there is one; - is the output.")
]
Batch = Annotated[int | None, typer.Option(min=1, help="Commit whenever so many rows are in.")]
FromLine = Annotated[int, typer.Option(min=2, help="Begin at this line; the header is read too.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Do it all, then roll it back.")]
ForSpreadsheets = Annotated[
    bool,
    typer.Option(
        "--for-spreadsheets", help="Put an apostrophe before text that would be run as a formula."
    ),
]
FromSpreadsheets = Annotated[
    bool,
    typer.Option(
        "--from-spreadsheets", help="Take off the apostrophes that --for-spreadsheets puts."
    ),
]
STANDARD = Path("-")


commands = typer.Typer()


@commands.command("import")
def import_(  # noqa: PLR0913, PLR0917  each is an option
    context: typer.Context,
    name: Name,
    file: Source = STANDARD,
    batch: Batch = None,
    from_line: FromLine = 2,
    dry_run: DryRun = False,  # noqa: FBT002  an option of a command line is a flag
    from_spreadsheets: FromSpreadsheets = False,  # noqa: FBT002
) -> None:
    """Store the rows of a CSV file: all of them, or none when something is wrong with one."""
    service = service_of(context)
    resource = _find(service, name)
    with _failing_in_words(), opened(_path(file)) as source:
        job = Import(
            resource,
            source,
            batch=batch,
            from_line=from_line,
            dry_run=dry_run,
            from_spreadsheets=from_spreadsheets,
        )
        with _timed("could be stored; nothing was" if dry_run else "stored") as done:
            done(_import(service.settings(), job, size(_path(file))))


@commands.command("export")
def export_(
    context: typer.Context,
    name: Name,
    file: Target = STANDARD,
    for_spreadsheets: ForSpreadsheets = False,  # noqa: FBT002
) -> None:
    """Write every row to a CSV file, which can be imported again."""
    service = service_of(context)
    resource = _find(service, name)

    async def work(database: Database) -> int:
        return await export(database, resource, target, watch, for_spreadsheets=for_spreadsheets)

    with (
        _failing_in_words(),
        _timed("written") as done,
        created(_path(file)) as target,
        shown(f"Exporting {name}", None) as watch,
    ):
        done(run_on_database(service.settings(), work))


def _find(service: Service, name: str) -> Resource:
    known = {resource.name: resource for resource in service.resources}
    if name in known:
        return known[name]
    there = f"there are: {', '.join(known)}" if known else "there is none yet"
    message = f"{name!r} is no resource to import or export; {there}. Add it to app/transfers.py."
    raise typer.BadParameter(message)


def _path(file: Path) -> Path | None:
    return None if file == STANDARD else file


def _import(settings: Settings, job: Import, size: int | None) -> int:
    try:
        with shown(f"Importing {job.resource.name}", size) as watch:
            return run_on_database(settings, lambda database: job.run(database, watch))
    except ImportFailed as error:
        _stop(1, str(error), job.standing())
    except KeyboardInterrupt:
        _stop(INTERRUPTED, "Interrupted.", job.standing())


@contextmanager
def _timed(what: str) -> Iterator[Callable[[int], None]]:
    started, counts = time.monotonic(), list[int]()
    yield counts.append
    seconds = time.monotonic() - started
    for count in counts:
        _say(f"{count:,} rows {what}; {seconds:.1f} s, {count / seconds:,.0f} rows/s")


@contextmanager
def _failing_in_words() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:  # who reads our output has enough; the command line knows what to do
        raise
    except DRIVER_ERRORS as error:
        _stop(1, str(refusal(error)))
    except OSError as error:
        _stop(1, f"{error.filename}: {error.strerror}" if error.filename else str(error))
    except KeyboardInterrupt:
        _stop(INTERRUPTED, "Interrupted.")


def _stop(status: int, *sentences: str) -> NoReturn:
    for sentence in sentences:
        _say(sentence)
    raise typer.Exit(status)


def _say(sentence: str) -> None:
    typer.echo(sentence, err=True)
