"""A terminal in which commands really run, and a picture of what they showed."""

import os
import pty
import re
import subprocess
import termios
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.text import Text

from tests.running import environment, uv

COLUMNS, ROWS = 104, 48
PROMPT = "\033[1;32m$\033[0m "
QUESTION = b": "
FONT_FROM_ELSEWHERE = re.compile(r"^\s*@font-face \{.*?\}\n", re.DOTALL | re.MULTILINE)


class Terminal:
    """Runs commands as a person types them, and keeps what they showed."""

    def __init__(self, here: Path) -> None:
        self.here = here
        self.shown = ""

    def go(self, folder: str) -> None:
        self.here /= folder
        self.shown += f"{PROMPT}cd {folder}\n"

    def type(self, command: str, *, answers: int = 0, ends_with: int = 0) -> None:
        """Run the command, which ends with that status; press Return at each of its questions."""
        ours, theirs = pty.openpty()
        termios.tcsetwinsize(theirs, (ROWS, COLUMNS))
        own = environment(PWD=str(self.here), TERM="xterm-256color", UV="uv")
        own["PATH"] = os.pathsep.join([str(Path(uv()).parent), own["PATH"]])
        with subprocess.Popen(
            ["sh", "-c", command],
            cwd=self.here,
            env=own,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        ) as process:
            os.close(theirs)
            output = conversation(ours, answers)
        os.close(ours)
        if process.returncode != ends_with:
            raise SystemExit(output)
        self.shown += f"{PROMPT}{command}\n{output}"

    def svg(self, title: str) -> str:
        console = Console(record=True, width=COLUMNS, file=StringIO(), force_terminal=True)
        console.print(Text.from_ansi(self.shown), overflow="fold")
        # A page that shows it may be offline, or forbid to ask others for a font.
        return FONT_FROM_ELSEWHERE.sub("", console.export_svg(title=title, unique_id="terminal"))


def conversation(terminal: int, answers: int) -> str:
    """Read until the program ends; press Return whenever it asks."""
    output = b""
    while part := read(terminal):
        output += part
        if answers and output.endswith(QUESTION):
            os.write(terminal, b"\n")
            answers -= 1
    return output.decode().replace("\r\n", "\n")


def read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # what Linux says when the last program has closed its side
        return b""
