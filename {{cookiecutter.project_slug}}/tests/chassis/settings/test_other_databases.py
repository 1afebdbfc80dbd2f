"""The replica, and databases by name."""

import json
from pathlib import Path
from typing import Any

import pytest

from chassis.settings import Settings
from tests.chassis.settings.telling import URL, faults


def test_an_empty_replica_is_none(setenv: Any) -> None:
    setenv(DATABASE_URL=URL, DATABASE_REPLICA_URL="")

    assert Settings().database.replica is None


def test_the_replica_differs_from_the_primary_in_its_address_alone(setenv: Any) -> None:
    setenv(DATABASE_URL=URL, DATABASE_REPLICA_URL=URL.replace("db.", "replica."))

    database = Settings().database

    assert database.replica is not None
    assert database.replica.address.host == "replica.example"
    assert database.replica.model_copy(update={"url": database.url}) == database


def test_a_wrong_replica_is_told_without_showing_it(setenv: Any) -> None:
    setenv(DATABASE_URL=URL, DATABASE_REPLICA_URL="mysql://shop:hunter2@db/shop")

    assert faults() == ["DATABASE_REPLICA_URL: must start with postgresql://, not 'mysql'"]


def test_named_databases_have_everything_but_address_and_password_in_common(
    setenv: Any, tmp_path: Path
) -> None:
    (tmp_path / "password").write_text("of the service's own")
    setenv(DATABASE_URL=URL, DATABASE_PASSWORD_FILE=str(tmp_path / "password"))
    extra = {"analytics": "postgres://a:p@ss/w@host/b", "old_shop": URL}
    setenv(DATABASE_EXTRA=json.dumps(extra))

    named = Settings().database.named

    assert list(named) == ["analytics", "old_shop"]
    assert named["analytics"].address.password == "p@ss/w"
    assert named["analytics"].password_file is None
    assert named["analytics"].pool_size == Settings().database.pool_size


@pytest.mark.parametrize("value", ["", "{}"])
def test_there_may_be_no_named_databases(setenv: Any, value: str) -> None:
    setenv(DATABASE_URL=URL, DATABASE_EXTRA=value)

    assert Settings().database.named == {}


@pytest.mark.parametrize("value", ["[hunter2", '["hunter2"]', "hunter2"])
def test_named_databases_are_an_object(setenv: Any, value: str) -> None:
    setenv(DATABASE_URL=URL, DATABASE_EXTRA=value)

    (fault,) = faults()

    assert fault == (
        'DATABASE_EXTRA: must be a JSON object, such as {"analytics": "postgresql://..."}'
    )


def test_each_wrong_named_database_is_told_and_no_password(setenv: Any) -> None:
    extra = {
        "Analytics": URL,
        URL: "analytics",
        "replica": URL,
        "files": "mysql://shop:hunter2@db/shop",
        "nothing": "postgresql://shop:hunter2@db",
        "number": 5,
        "good": URL,
    }
    setenv(DATABASE_URL=URL, DATABASE_EXTRA=json.dumps(extra))

    (fault,) = faults()

    assert fault.removeprefix("DATABASE_EXTRA: ").split("; ") == [
        "Analytics: a name is made of a-z, 0-9 and _, and begins with a letter",
        "one of them: a name is made of a-z, 0-9 and _, and begins with a letter",
        "replica: the name is taken by the service's own",
        "files: must start with postgresql://, not 'mysql'",
        "nothing: names no database: postgresql://user:password@host:5432/database",
        "number: must be text",
    ]
