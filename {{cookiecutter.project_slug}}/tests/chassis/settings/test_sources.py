"""Where settings come from, and that every fault is told at once."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from chassis.settings import Settings
from chassis.settings.faults import SettingsError
from tests.chassis.settings.telling import URL, faults


def test_only_the_databases_address_is_needed(setenv: Any) -> None:
    setenv(DATABASE_URL=URL)

    settings = Settings()

    assert settings.environment == "development"
    assert (settings.server.host, settings.server.port) == ("127.0.0.1", 8000)
    assert settings.cors.origins == []
    assert settings.log.format == "auto"
    assert settings.database.password_file is None
    assert settings.service.name


def test_without_it_a_sentence_says_what_to_do() -> None:
    (fault,) = faults()

    assert fault == (
        "DATABASE_URL is missing. Example: postgresql://user:password@host:5432/database; "
        "`make dev` and `make test` start a server and set it. A command on the one of `make dev`: "
        "`.venv/bin/python -m tools.postgres -- .venv/bin/python -m app ...`."
    )


def test_in_production_it_says_where_the_address_comes_from(setenv: Any) -> None:
    setenv(ENVIRONMENT="production")

    fault = faults()[0]

    assert fault.startswith("DATABASE_URL is missing. Example: postgresql://")
    assert "/run/secrets/DATABASE_URL" in fault
    assert "make" not in fault


def test_a_variable_is_named_by_group_and_field(setenv: Any) -> None:
    setenv(
        DATABASE_URL=URL,
        DATABASE_POOL_SIZE="3",
        SERVER_MAX_BODY_BYTES="5",
        SERVICE_NAME="shop",
        LOG_LEVEL="error",
        ENVIRONMENT="test",
    )

    settings = Settings()

    assert settings.database.pool_size == 3
    assert settings.server.max_body_bytes == 5
    assert settings.service.name == "shop"
    assert settings.log.level == "error"
    assert settings.environment == "test"


def test_the_environment_wins_over_dotenv_and_that_over_secret_files(
    setenv: Any, tmp_path: Path
) -> None:
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    for name, value in {"url": URL, "pool_size": "1", "pool_timeout": "1"}.items():
        (secrets / f"database_{name}").write_text(f"{value}\n")
    (tmp_path / ".env").write_text("DATABASE_POOL_SIZE=2\nDATABASE_POOL_TIMEOUT=2\n")
    setenv(DATABASE_POOL_TIMEOUT="3")

    database = Settings().database

    assert database.url.get_secret_value() == URL
    assert (database.pool_size, database.pool_timeout) == (2, 3.0)


def test_variables_of_others_do_not_matter(setenv: Any, tmp_path: Path) -> None:
    setenv(DATABASE_URL=URL, DATABASE_COLOUR="red", SERVER_X="1", POOL_SIZE="3")
    (tmp_path / ".env").write_text("COLOUR=red\nDATABASE_SHAPE=round\n")

    assert Settings().database.pool_size == 10


@pytest.mark.parametrize("group", ["LOG", "SERVICE", "DATABASE"])
def test_a_variable_with_the_name_of_a_group_is_another_programs(
    setenv: Any, tmp_path: Path, group: str
) -> None:
    setenv(**{"DATABASE_URL": URL, group: "red"})
    (tmp_path / ".env").write_text(f"{group}=blue\nDATABASE_POOL_SIZE=2")

    assert Settings().database.url.get_secret_value() == URL
    assert Settings().database.pool_size == 2


def test_settings_cannot_be_changed(setenv: Any) -> None:
    setenv(DATABASE_URL=URL)
    settings = Settings()

    for owner, name in ((settings, "environment"), (settings.server, "port")):
        with pytest.raises(ValidationError, match="frozen"):
            setattr(owner, name, 1)


@pytest.mark.parametrize(("database", "name"), [({"url": 5}, "DATABASE_URL"), (5, "DATABASE")])
def test_a_value_of_another_type_is_told(database: Any, name: str) -> None:
    with pytest.raises(SettingsError, match=f"{name}: Input should be a valid"):
        Settings(database=database)


def test_every_fault_is_told_at_once_by_the_name_of_its_variable(
    setenv: Any, tmp_path: Path
) -> None:
    setenv(
        ENVIRONMENT="staging",
        SERVER_PORT="99999",
        SERVER_TRUSTED_PROXIES="proxy",
        CORS_ORIGINS="[oops",
        LOG_LEVEL="loud",
        DATABASE_POOL_SIZE="many",
        DATABASE_PASSWORD_FILE=str(tmp_path / "nowhere"),
    )

    told = faults()

    assert [fault.split()[0].strip(":") for fault in told] == [
        "ENVIRONMENT",
        "SERVER_PORT",
        "SERVER_TRUSTED_PROXIES",
        "DATABASE_URL",
        "DATABASE_PASSWORD_FILE",
        "DATABASE_POOL_SIZE",
        "CORS_ORIGINS",
        "LOG_LEVEL",
    ]
    assert "(it is '99999')" in told[1]
    assert "must be a JSON list" in told[6]
    with pytest.raises(SettingsError, match=r"(?s)cannot be used:\n  ENVIRONMENT.*\n  LOG_LEVEL"):
        Settings()
