"""The bar: on a terminal and nowhere else."""

import os
import pty
import re
from collections.abc import Iterator

import pytest

from app.csv_files.progress import shown


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Standard error is a terminal; what is written there can be read from this descriptor."""
    reading, writing = pty.openpty()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    with os.fdopen(writing, "w", encoding="utf-8") as stream:
        monkeypatch.setattr("sys.stderr", stream)
        yield reading
    os.close(reading)


def test_a_terminal_shows_rows_speed_and_the_time_that_is_left(terminal: int) -> None:
    with shown("Importing gadgets", 1_000) as watch:
        watch(12_345, 500)

    text = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", os.read(terminal, 100_000).decode())
    assert "Importing gadgets" in text
    assert "12,345 rows, " in text
    assert re.search(r"[\d,]+/s", text)
    assert re.search(r"0:00:0\d 0:00:0\d|0:00:0\d -:--:--", text)


def test_elsewhere_nothing_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    with shown("Importing gadgets", None) as watch:
        watch(1, 1)

    assert capsys.readouterr() == ("", "")
