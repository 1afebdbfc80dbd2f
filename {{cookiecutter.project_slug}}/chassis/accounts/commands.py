"""`python -m app accounts`: the first administrator, and what helps when none can sign in.

A password is asked for, or read from standard input, and never an argument: others on the machine
see those, and shells keep them.
"""

import sys
from collections.abc import Awaitable, Callable
from getpass import getpass
from typing import Annotated, Any, NoReturn

import typer
from asyncpg import InterfaceError, PostgresError
from pydantic import SecretStr, TypeAdapter, ValidationError
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.accounts.login.passwords import PARAMETERS
from chassis.accounts.models import User
from chassis.accounts.schemas import Email, NewPassword, Scope
from chassis.accounts.users import ADMIN, UserRepository, change, set_password
from chassis.database.command import run_in_transaction
from chassis.database.failures import problem_from
from chassis.problems import AlreadyExists, NotFound, Problem
from chassis.settings import Settings

Name = Annotated[str, typer.Argument(metavar="EMAIL", help="By which the user signs in.")]
Scopes = Annotated[
    list[str] | None, typer.Option("--scope", help="What the user may do besides; may come again.")
]
Work = Callable[[AsyncSession], Awaitable[None]]
FAILURES = (Problem, SQLAlchemyError, PostgresError, InterfaceError, OSError)

commands = typer.Typer(no_args_is_help=True, help="Who may sign in.")


@commands.command("create-admin")
def create_admin(context: typer.Context, email: Name, scope: Scopes = None) -> None:
    """Make a user who may see and change all others. The password is asked for."""
    settings = _settings(context)
    scopes = sorted({ADMIN, *_valid(list[Scope], scope or [])})
    user = User(email=_valid(Email, email), password_hash=_new_password(), scopes=scopes)

    async def work(session: AsyncSession) -> None:
        users = UserRepository(session)
        if await users.by_email(user.email) is not None:
            message = f"There is a user {user.email} already."
            raise AlreadyExists(message)
        await users.create(user)

    _run(settings, work)
    _say(f"{user.email} may sign in now: {' '.join(scopes)}")


@commands.command("list")
def list_users(context: typer.Context) -> None:
    """Print each user's email, state and scopes, with tabs between them."""

    async def work(session: AsyncSession) -> None:
        async for user in await session.stream_scalars(select(User).order_by(User.email)):
            state = "disabled" if user.disabled_at else "enabled"
            typer.echo(f"{user.email}\t{state}\t{' '.join(user.scopes)}")

    _run(_settings(context), work)


@commands.command()
def disable(context: typer.Context, email: Name) -> None:
    """Sign a user out everywhere, and let nobody in by that name. API keys stop too."""

    async def work(session: AsyncSession) -> None:
        await change(session, await _find(session, email), disabled=True, scopes=None)

    _run(_settings(context), work)
    _say(f"{email} is disabled.")


@commands.command("set-password")
def change_password(context: typer.Context, email: Name) -> None:
    """Give a user another password, and end all sessions. It is asked for."""
    settings = _settings(context)
    password_hash = _new_password()

    async def work(session: AsyncSession) -> None:
        await set_password(session, await _find(session, email), password_hash)

    _run(settings, work)
    _say(f"{email} has another password, and is signed out everywhere.")


async def _find(session: AsyncSession, email: str) -> User:
    if (user := await UserRepository(session).by_email(email.lower())) is None:
        message = f"There is no user {email}."
        raise NotFound(message)
    return user


def _new_password() -> str:
    """Its hash."""
    if sys.stdin.isatty():
        password = getpass("Password: ")
        if password != getpass("The same again: "):
            _stop("These were two different passwords.")
    else:
        password = sys.stdin.readline().removesuffix("\n")
    valid: SecretStr = _valid(NewPassword, password)
    return PARAMETERS.hash(valid.get_secret_value())


def _valid(kind: Any, value: object) -> Any:
    try:
        return TypeAdapter(kind).validate_python(value)
    except ValidationError as error:
        what = "password" if kind is NewPassword else repr(value)
        _stop(*(f"{what}: {each['msg']}" for each in error.errors(include_input=False)))


def _settings(context: typer.Context) -> Settings:
    """Raises SettingsError: before a password is asked for, in vain."""
    settings: Settings = context.obj.settings()
    return settings


def _run(settings: Settings, work: Work) -> None:
    try:
        run_in_transaction(settings, work)
    except FAILURES as error:
        problem = error if isinstance(error, Problem) else problem_from(error)
        _stop(problem.detail or problem.title)


def _stop(*sentences: str) -> NoReturn:
    for sentence in sentences:
        _say(sentence)
    raise typer.Exit(1)


def _say(sentence: str) -> None:
    typer.echo(sentence, err=True)
