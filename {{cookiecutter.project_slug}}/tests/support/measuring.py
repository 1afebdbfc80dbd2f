"""Which of the programs that tests start have their coverage measured: those that ask for it.

To start measuring takes longer than most tests do.
"""

import os
from collections.abc import Iterator

import pytest

FOR_ALL = "COVERAGE_PROCESS_CONFIG"
"""Where coverage looks for its settings when a program starts."""
SET_ASIDE = f"TESTS_{FOR_ALL}"


@pytest.fixture(scope="session", autouse=True)
def _not_for_all() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        if FOR_ALL in os.environ:
            patch.setenv(SET_ASIDE, os.environ[FOR_ALL])
            patch.delenv(FOR_ALL)
        yield


def measured() -> dict[str, str]:
    """What the environment of a program needs that is to be measured."""
    return {FOR_ALL: os.environ[SET_ASIDE]} if SET_ASIDE in os.environ else {}
