"""The code of a page can be pasted: it is formatted, and passes the lint of the service."""

import subprocess
import sys

import pytest

from tests.chassis.documents.pages import Page
from tests.support.composition import PROJECT

PAGES = [
    Page("caching.md"),
    Page("calling-others.md"),
    Page("concurrency.md"),
    Page("queries.md"),
    Page("streams.md"),
    Page("testing.md"),
    Page("who-calls.md"),
    Page("your-own-middleware.md"),
]
IN_PIECES = "E402,F811,I001,INP001,PLR2004,S101"
"""Each piece of a page has its own imports, and may be a test."""


def ruff(text: str, *arguments: str) -> str:
    command = [
        sys.executable,
        "-m",
        "ruff",
        *arguments,
        "--no-cache",
        "--stdin-filename=app/a.py",
        "-",
    ]
    done = subprocess.run(
        command, cwd=PROJECT, input=text, capture_output=True, text=True, check=False
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path.stem)
def test_the_code_of_a_page_passes_lint(page: Page) -> None:
    assert ruff(page.source, "check", f"--ignore={IN_PIECES}") == ""
    for block in page.blocks:
        assert ruff(block, "check", "--select=I") == ""
        assert ruff(block, "format", "--diff") == ""
