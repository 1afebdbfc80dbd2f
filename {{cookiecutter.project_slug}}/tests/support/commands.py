"""Commands of `python -m app`, in the process of the test."""

import asyncio
from collections.abc import Sequence

import pytest
from typer import Typer
from typer.testing import CliRunner, Result

from chassis.cli.service import Service


async def run_command(
    commands: Typer, words: Sequence[str], service: Service, stdin: str | bytes = ""
) -> Result:
    """Raises what the command raises.

    Logs go where they go: what a command logs to ends with it, and an application that runs beside
    it logs on.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("chassis.database.command.configure_logging", lambda *_: None)
        result = await asyncio.to_thread(
            CliRunner().invoke, commands, words, input=stdin, obj=service
        )
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result
