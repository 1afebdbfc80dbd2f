"""Coverage of what tests run: of programs that ask for it, and of threads without a standstill."""

import os
import sys
import weakref
from typing import Any

import pytest

FOR_ALL = "COVERAGE_PROCESS_CONFIG"
"""Where coverage looks for its settings when a program starts, which takes long."""
SET_ASIDE = f"TESTS_{FOR_ALL}"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """The processes of xdist are measured by pytest-cov, not as programs too."""
    os.environ.pop(FOR_ALL, None)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Let `no_cover` end all that is measured.

    In a process of xdist, pytest-cov begins as if it ran alone, and then as one of several: a
    test with `no_cover` ends the second, and was measured by the first all the same.
    """
    cov = session.config.pluginmanager.get_plugin("_cov")
    if hasattr(session.config, "workerinput") and cov and cov.cov_controller:
        cov.cov_controller.cov.stop()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """Before each test: coverage sets it whenever it starts, and so after each `no_cover`."""
    if FOR_ALL in os.environ:
        os.environ[SET_ASIDE] = os.environ.pop(FOR_ALL)


class ForgetsInC(weakref.WeakKeyDictionary[Any, Any]):
    """Coverage has the greenlet of each thread in one, and a thread that ends leaves it.

    Greenlet says so in a pending call. CPython 3.11 never leaves that call again when it runs a
    function of Python that is traced, as the callback is otherwise, and another thread ends just
    then.
    """

    def __init__(self, dict: Any = None) -> None:  # noqa: A002  its name in the library
        super().__init__(dict)
        self._remove = self.data.__delitem__  # type: ignore[attr-defined]


def pytest_configure() -> None:
    if sys.version_info < (3, 12):
        weakref.WeakKeyDictionary = ForgetsInC  # type: ignore[misc]


def measured() -> dict[str, str]:
    """What the environment of a program needs that is to be measured."""
    return {FOR_ALL: os.environ[SET_ASIDE]} if SET_ASIDE in os.environ else {}
