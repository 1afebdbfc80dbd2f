"""What would fail with the first question is told at start."""

from pathlib import Path
from typing import Any

import pytest

from chassis.settings.faults import SettingsError
from tests.chassis.select_ai.application import Settings
from tests.chassis.select_ai.conftest import SET
from tests.support.settings import settings_of

DATABASE = {"url": "postgresql://db/shop"}


def made(**changes: Any) -> Settings:
    groups = {"database": DATABASE, "select_ai": SET | changes}
    return settings_of(Settings, groups)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"user": ""}, "SELECT_AI_USER is missing, and SELECT_AI_DSN is set"),
        ({"password": ""}, "SELECT_AI_PASSWORD is missing, and SELECT_AI_DSN is set"),
        ({"profiles": []}, "SELECT_AI_PROFILES is missing: name the profiles that may be asked"),
        ({"pool_min": 3}, "SELECT_AI_POOL_MIN is more than SELECT_AI_POOL_MAX"),
        ({"dsn": "(DESCRIPTION=("}, "SELECT_AI_DSN cannot be used: DPY-4017"),
        ({"dsn": "shop_high"}, "SELECT_AI_DSN cannot be used: DPY-4027"),
    ],
)
def test_a_fault_is_told_in_a_sentence(changes: dict[str, Any], fault: str) -> None:
    with pytest.raises(SettingsError) as refused:
        made(**changes)

    (told,) = refused.value.faults
    assert fault in told
    assert SET["password"] not in told


def test_without_an_address_nothing_else_is_missed() -> None:
    assert not settings_of(Settings, {"database": DATABASE}).select_ai.is_used


def test_a_wallet_names_the_address(tmp_path: Path) -> None:
    (tmp_path / "tnsnames.ora").write_text("shop_high = (DESCRIPTION=(ADDRESS=(HOST=db)))\n")

    settings = made(dsn="shop_high", wallet_dir=str(tmp_path), wallet_password="w").select_ai

    assert settings.connecting == {
        "config_dir": str(tmp_path),
        "wallet_location": str(tmp_path),
        "wallet_password": "w",
    }


def test_the_environment_names_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    given = {
        "DATABASE_URL": DATABASE["url"],
        "SELECT_AI_DSN": "db:1521/shop",
        "SELECT_AI_USER": "reader",
        "SELECT_AI_PASSWORD": "secret",
        "SELECT_AI_PROFILES": "sales,stock",
        "SELECT_AI_POOL_MAX": "7",
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)

    found = Settings().select_ai

    assert (found.profiles, found.pool_max) == (["sales", "stock"], 7)
    assert "secret" not in str(found)
