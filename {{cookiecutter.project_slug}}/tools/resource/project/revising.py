"""A program: brings the database up to date, then writes a migration from the models."""

import sys

from alembic import command
from alembic.config import Config
from alembic.util import CommandError

from tools.resource.project.places import PROJECT


def main(message: str) -> None:
    config = Config(PROJECT / "alembic.ini")
    try:
        command.upgrade(config, "head")
        command.revision(config, message, autogenerate=True)
    except CommandError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(sys.argv[1])
