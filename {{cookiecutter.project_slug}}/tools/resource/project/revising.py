"""A program: brings the database up to date, then writes a migration from the models."""

import sys

from alembic import command
from alembic.config import Config

from tools.resource.project.places import PROJECT


def main(message: str) -> None:
    config = Config(PROJECT / "alembic.ini")
    command.upgrade(config, "head")
    command.revision(config, message, autogenerate=True)


if __name__ == "__main__":
    main(sys.argv[1])
