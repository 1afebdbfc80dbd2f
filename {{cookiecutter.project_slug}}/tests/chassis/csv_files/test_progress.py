"""The bar: on a terminal and nowhere else."""

import re
from io import StringIO

import pytest

from chassis.csv_files.progress import shown


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_shows_rows_and_speed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setattr("sys.stderr", terminal := Terminal())

    with shown("Importing gadgets", 1_000) as watch:
        watch(12_345, 500)

    text = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", terminal.getvalue())
    assert "Importing gadgets" in text
    assert re.search(r"12,345 rows, [\d,]+/s", text)


def test_elsewhere_nothing_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    with shown("Importing gadgets", None) as watch:
        watch(1, 1)

    assert capsys.readouterr() == ("", "")
