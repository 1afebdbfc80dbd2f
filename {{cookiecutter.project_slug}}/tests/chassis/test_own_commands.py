"""Commands that a service has beside those of the chassis."""

from tests.support.serving import start

PROGRAM = """
import typer
from chassis.cli import main
from chassis.cli.service import Service

more = typer.Typer()
more.command("greet")(lambda: print("hello"))
more.command("part")(lambda: print("bye"))
main(Service("", commands={"more": more}))
"""


def test_a_service_has_commands_of_its_own() -> None:
    with start("-c", PROGRAM, "more", "greet", env={}, measured=True) as process:
        output, _ = process.communicate()

    assert (process.returncode, output) == (0, "hello\n")
