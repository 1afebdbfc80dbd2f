"""Where the password of the database comes from, and that nothing shows it."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from chassis.settings import Settings
from tests.chassis.settings.telling import URL, faults


def test_a_provider_of_the_password_is_named_by_module_and_function(setenv: Any) -> None:
    setenv(DATABASE_URL=URL, DATABASE_PASSWORD_PROVIDER="asyncio:sleep")

    provider: object = Settings().database.password_provider
    assert provider is asyncio.sleep


@pytest.mark.parametrize(
    ("provider", "reason"),
    [
        ("json:loads", "must name an async function, as module:function"),
        ("nowhere:token", "Invalid python path: No module named 'nowhere'"),
        ("hunter2", "must name an async function, as module:function"),
        ("shop:hunter2@db", "must name an async function, as module:function"),
    ],
)
def test_what_provides_no_password_is_told(setenv: Any, provider: str, reason: str) -> None:
    setenv(DATABASE_URL=URL, DATABASE_PASSWORD_PROVIDER=provider)

    (fault,) = faults()

    assert fault == f"DATABASE_PASSWORD_PROVIDER: {reason}"


def test_a_password_has_one_source(setenv: Any, tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.touch()
    setenv(
        DATABASE_URL=URL,
        DATABASE_PASSWORD_FILE=str(file),
        DATABASE_PASSWORD_PROVIDER="asyncio:sleep",
    )

    assert faults() == ["DATABASE_PASSWORD_FILE and DATABASE_PASSWORD_PROVIDER: set one of them"]


def test_no_secret_is_shown(setenv: Any) -> None:
    setenv(DATABASE_URL=URL, DATABASE_REPLICA_URL=URL, DATABASE_EXTRA=json.dumps({"a": URL}))
    settings = Settings()

    for text in (repr(settings), str(settings.database), settings.model_dump_json()):
        assert "hunter2" not in text
    assert "hunter2" not in repr(settings.database.address)
