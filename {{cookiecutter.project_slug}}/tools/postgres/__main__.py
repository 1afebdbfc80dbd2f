"""Runs a command with DATABASE_URL set. The command replaces this process: no wrapper stays."""

import argparse
import os
import re
import signal
import sys
import tomllib
from pathlib import Path
from typing import NoReturn

from tools.postgres.errors import PostgresError
from tools.postgres.lifetime import PROJECT, attach, default_directory, remove

DESCRIPTION = """\
Run COMMAND with DATABASE_URL set. If DATABASE_URL is in the environment or in .env already, it
is used as it is. Otherwise a PostgreSQL server is started, or found running, and stops with its
last user; its data stays in .postgres.

Without COMMAND, print the URL, and keep a server of our own running until Ctrl-C.
"""


def main(arguments: list[str]) -> None:
    options, command = _parse(arguments)
    try:
        if options.remove:
            remove(default_directory())
            return
        given = _given_url()
        url = given or _own_url(options.database)
        if command:
            _become(command, url)
        print(url, flush=True)
        if not given:
            signal.pause()
    except (PostgresError, OSError) as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)


def _parse(arguments: list[str]) -> tuple[argparse.Namespace, list[str]]:
    parser = argparse.ArgumentParser(
        prog="python -m tools.postgres",
        usage="%(prog)s [-h] [--remove] [--database NAME] [-- COMMAND ARGS...]",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--database", metavar="NAME", help="default: the name of the project")
    help_of_remove = "delete the server and its data, unless something runs on it"
    parser.add_argument("--remove", action="store_true", help=help_of_remove)
    end = arguments.index("--") if "--" in arguments else len(arguments)
    return parser.parse_args(arguments[:end]), arguments[end + 1 :]


def _given_url() -> str | None:
    url = os.environ.get("DATABASE_URL") or _from_dotenv(PROJECT / ".env")
    if url:
        _tell(f"PostgreSQL: using DATABASE_URL ({_without_password(url)})")
    return url


def _from_dotenv(path: Path) -> str | None:
    line = re.compile(
        r"\s*(?:export\s+)?DATABASE_URL\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s#]*)", re.IGNORECASE
    )
    lines = path.read_text().splitlines() if path.exists() else []
    values = [found[1].strip("\"'") for text in lines if (found := line.match(text))]
    return values[-1] if values else None


def _without_password(url: str) -> str:
    """Host, port and database, or nothing if an unescaped character blurs where they begin."""
    part = r"[^@/?#]*"
    found = re.fullmatch(rf"[\w+]+://(?:{part}@)?({part}/?{part})(?:[?#][^@]*)?", url)
    return found[1] if found else "an address that is not a valid URL"


def _own_url(database: str | None) -> str:
    users, server = attach(default_directory(), throwaway=False)
    # So that the command is a user of the server, for as long as it lives.
    os.set_inheritable(users, True)  # noqa: FBT003 - it takes no keywords
    name = database or _project_name()
    server.create_database(name)
    _tell(f"{server.source}, data in {_short(server.directory)}, port {server.port}")
    return server.url(name)


def _project_name() -> str:
    """As `pyproject.toml` has it, else as its directory is called."""
    file = PROJECT / "pyproject.toml"
    told = tomllib.loads(file.read_text()) if file.exists() else {}
    name = told.get("project", {}).get("name", PROJECT.name)
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:63] or "app"


def _short(path: Path) -> Path:
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _become(command: list[str], url: str) -> NoReturn:
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # Python ignores it, most programs need it
    try:
        os.execvpe(command[0], command, os.environ | {"DATABASE_URL": url})
    except OSError as error:
        message = f"{command[0]} cannot be run: {error.strerror}."
        raise PostgresError(message) from error


def _tell(sentence: str) -> None:
    print(sentence, file=sys.stderr)


if __name__ == "__main__":
    main(sys.argv[1:])
