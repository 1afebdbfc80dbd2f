"""`python -m app accounts`: what helps when nobody can sign in."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import structlog
from typer import Exit
from typer.testing import Result

from chassis.accounts import commands as module
from chassis.accounts.commands import commands
from chassis.accounts.login.passwords import PARAMETERS
from chassis.cli.service import Service
from chassis.database.session import Database
from chassis.settings.faults import SettingsError
from tests.chassis.accounts.application import Settings
from tests.chassis.accounts.conftest import SignIn
from tests.chassis.accounts.people import PASSWORD, Person, add_user, problem
from tests.support.clients import Client
from tests.support.commands import run_command

NOWHERE = "postgresql://nobody:nothing@127.0.0.1:1/nowhere"
NEW = "another horse, another battery"

Run = Callable[..., Awaitable[Result]]


@pytest.fixture
def run(
    clean_database: None, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Run:
    """`python -m app accounts`, in this process."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("DATABASE_CONNECT_TIMEOUT", "60")  # a busy machine is no failure
    monkeypatch.chdir(tmp_path)

    async def run(*arguments: str, stdin: str = "") -> Result:
        return await run_command(commands, arguments, Service("", Settings), stdin)

    return run


async def test_the_first_administrator_signs_in_and_administers(run: Run, client: Client) -> None:
    made = await run(
        "create-admin", "Root@Shop.example", "--scope", "things:read", stdin=f"{PASSWORD}\n"
    )
    root = Person(client, "root@shop.example")

    assert (made.exit_code, made.stdout) == (0, "")
    assert made.stderr == "root@shop.example may sign in now: things:read users:admin\n"
    assert (await root.sign_in()).status_code == 201
    assert (await root.ask("GET", "/v1/users")).status_code == 200


async def test_what_runs_beside_a_command_logs_on(run: Run) -> None:
    await run("list")

    structlog.get_logger().warning("event loop blocked")


async def test_a_second_user_of_the_same_email_is_refused(run: Run) -> None:
    await run("create-admin", "root@shop.example", stdin=PASSWORD)

    again = await run("create-admin", "root@shop.example", stdin=PASSWORD)

    assert again.exit_code == 1
    assert again.stderr == "There is a user root@shop.example already.\n"


@pytest.mark.parametrize(
    ("arguments", "password", "said"),
    [
        (["nobody"], PASSWORD, "'nobody': String should match pattern"),
        (["root@shop.example"], "secret-but-short"[:14], "should have at least 15 characters"),
        (["root@shop.example"], "", "password: String should have at least 15 characters"),
        (["root@shop.example"], "secret" * 50, "String should have at most 256 characters"),
        (["root@shop.example", "--scope", "a b"], PASSWORD, "['a b']: String should match"),
    ],
)
async def test_what_is_no_user_is_refused_in_words_without_the_password(
    run: Run, arguments: list[str], password: str, said: str
) -> None:
    refused = await run("create-admin", *arguments, stdin=password)

    assert refused.exit_code == 1
    assert said in refused.stderr
    assert "secret" not in refused.output


@pytest.mark.parametrize("command", ["create-admin", "set-password"])
async def test_no_password_is_asked_for_without_a_database(
    run: Run, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.delenv("DATABASE_URL")

    with pytest.raises(SettingsError, match="DATABASE_URL is missing"):
        await run(command, "root@shop.example", stdin="")


async def test_users_are_listed(run: Run, database: Database, sql: Any) -> None:
    await add_user(database, "bob@shop.example", [])
    await add_user(database, "ada@shop.example", ["a", "b"])
    await sql.execute("UPDATE users SET disabled_at = now() WHERE email LIKE 'bob%'")

    listed = await run("list")

    assert listed.stdout == "ada@shop.example\tenabled\ta b\nbob@shop.example\tdisabled\t\n"


async def test_a_disabled_user_is_signed_out(run: Run, signed_in: SignIn) -> None:
    ada = await signed_in()

    disabled = await run("disable", ada.email.upper())

    assert disabled.exit_code == 0
    assert problem(await ada.renew()) == (401, "session-ended")
    assert problem(await ada.sign_in()) == (401, "invalid-credentials")


async def test_a_user_gets_another_password_and_is_signed_out(run: Run, signed_in: SignIn) -> None:
    ada = await signed_in()

    changed = await run("set-password", ada.email, stdin=NEW)

    assert changed.exit_code == 0
    assert problem(await ada.renew()) == (401, "session-ended")
    assert problem(await ada.sign_in(PASSWORD)) == (401, "invalid-credentials")
    assert (await ada.sign_in(NEW)).status_code == 201


async def test_who_is_not_there_is_told(run: Run) -> None:
    missing = await run("disable", "nobody@shop.example")

    assert (missing.exit_code, missing.stderr) == (1, "There is no user nobody@shop.example.\n")


async def test_a_database_that_is_away_is_told_in_words(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", NOWHERE)

    failed = await run("list")

    assert failed.exit_code == 1
    assert "The database cannot be reached" in failed.stderr


@pytest.mark.parametrize(
    ("second", "said"), [(PASSWORD, ""), (NEW, "These were two different passwords.\n")]
)
def test_on_a_terminal_a_password_is_asked_for_twice(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], second: str, said: str
) -> None:
    answers = [PASSWORD, second]
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr(module, "getpass", lambda _: answers.pop(0))

    if said:
        with pytest.raises(Exit):
            module._new_password()
    else:
        assert PARAMETERS.verify(module._new_password(), PASSWORD)
    assert capsys.readouterr().err == said
