"""Which of the programs that tests start have their coverage measured: those that ask for it.

To start measuring takes longer than most tests do.
"""

import os

import pytest

FOR_ALL = "COVERAGE_PROCESS_CONFIG"
"""Where coverage looks for its settings when a program starts."""
SET_ASIDE = f"TESTS_{FOR_ALL}"


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """Before each test: coverage sets it whenever it starts, and so after each `no_cover`."""
    if FOR_ALL in os.environ:
        os.environ[SET_ASIDE] = os.environ.pop(FOR_ALL)


def measured() -> dict[str, str]:
    """What the environment of a program needs that is to be measured."""
    return {FOR_ALL: os.environ[SET_ASIDE]} if SET_ASIDE in os.environ else {}
