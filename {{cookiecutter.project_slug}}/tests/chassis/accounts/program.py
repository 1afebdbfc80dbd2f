"""`python -m app`, of the application with accounts."""

from chassis.accounts.commands import commands
from chassis.cli import main
from chassis.cli.service import Service
from tests.chassis.accounts.application import Settings

if __name__ == "__main__":
    main(Service("", Settings, commands={"accounts": commands}))
