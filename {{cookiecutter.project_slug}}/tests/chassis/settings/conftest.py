"""Settings are read as if nothing was set around the tests."""

import os
from pathlib import Path
from typing import Any

import pytest

PREFIXES = (
    "SERVICE",
    "SERVER",
    "DATABASE",
    "AUTH",
    "CORS",
    "IDEMPOTENCY",
    "LOG",
    "RATE",
    "REDIS",
    "OUTBOUND",
    "METRICS",
    "TRACING",
    "ENVIRONMENT",
)


@pytest.fixture(autouse=True)
def _nothing_is_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.upper().startswith(PREFIXES):
            monkeypatch.delenv(name)
    monkeypatch.setattr("chassis.settings.SECRETS", tmp_path / "secrets")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def setenv(monkeypatch: pytest.MonkeyPatch) -> Any:
    def set_variables(**variables: str) -> None:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

    return set_variables
