"""An address may name several servers, in whatever form libpq and SQLAlchemy know."""

from pathlib import Path
from typing import Any

import pytest

from chassis.settings import Settings
from tests.chassis.settings.telling import URL, faults

LOGIN = "postgresql://shop:hunter2@"
READ_WRITE = "target_session_attrs=read-write"


@pytest.mark.parametrize(
    ("url", "servers"),
    [
        (f"{LOGIN}db1:5432,db2:5433/shop", [("db1", 5432), ("db2", 5433)]),
        (f"{LOGIN}db1,db2/shop", [("db1", 5432), ("db2", 5432)]),
        (f"{LOGIN}db1,db2:5433/shop?{READ_WRITE}", [("db1", 5432), ("db2", 5433)]),
        (f"{LOGIN}db1,db2/shop?port=6432", [("db1", 6432), ("db2", 6432)]),
        (f"{LOGIN}db1,db2/shop?port=1,2", [("db1", 1), ("db2", 2)]),
        (f"{LOGIN}[::1]:5432,[::2]/shop", [("::1", 5432), ("::2", 5432)]),
        (f"{LOGIN}10.0.0.1,10.0.0.2,10.0.0.3/shop", [(f"10.0.0.{n}", 5432) for n in (1, 2, 3)]),
        (f"{LOGIN}/shop?host=db1,db2&port=1,2", [("db1", 1), ("db2", 2)]),
        (f"{LOGIN}/shop?host=::1,[::2]&port=1", [("::1", 1), ("::2", 1)]),
        (f"{LOGIN}/shop?host=db1:1&host=db2:2", [("db1", 1), ("db2", 2)]),
        ("postgresql:///shop?host=/run/a,/run/b", [("/run/a", 5432), ("/run/b", 5432)]),
        (f"{LOGIN}db1:5433/shop", []),
        ("postgresql:///shop?host=/run/postgresql", []),
    ],
)
def test_each_form_names_its_servers(setenv: Any, url: str, servers: list[tuple[str, int]]) -> None:
    setenv(DATABASE_URL=url)

    assert Settings().database.servers == servers


def test_a_password_may_have_any_character_beside_several_servers(setenv: Any) -> None:
    setenv(DATABASE_URL="postgresql://shop:p@ss,w:1/rd@db1:5432,db2:5433/shop")

    database = Settings().database

    assert (database.address.username, database.address.password) == ("shop", "p@ss,w:1/rd")
    assert [host for host, _ in database.servers] == ["db1", "db2"]


@pytest.mark.parametrize(
    ("hosts", "host", "port"),
    [
        ("db1,db2", "db1,db2", 5432),
        ("db1:6432,db2:6432", "db1,db2", 6432),
        ("db1:1,db2:2", "db1:1,db2:2", None),
    ],
)
def test_a_person_is_told_all_of_them(setenv: Any, hosts: str, host: str, port: int | None) -> None:
    setenv(DATABASE_URL=f"{LOGIN}{hosts}/shop?{READ_WRITE}")

    address = Settings().database.address

    assert (address.host, address.port, address.database) == (host, port, "shop")
    assert dict(address.query) == {"target_session_attrs": "read-write"}


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("db1:5432,db2:hunter2/shop", "each of several servers is a host, or host:port"),
        ("db1:5432,,db2/shop", "each of several servers is a host, or host:port"),
        ("db1:5432,db2:65536/shop", "each of several servers is a host, or host:port"),
        ("db1,db2,db3/shop?port=1,2", "3 hosts go with one port for all, or with 3 ports"),
        ("db1,db2/shop?port=hunter2", "2 hosts go with one port for all, or with 2 ports"),
        ("db1,db2", "names no database"),
    ],
)
def test_what_names_no_servers_is_refused_without_showing_it(
    setenv: Any, address: str, reason: str
) -> None:
    setenv(DATABASE_URL=f"{LOGIN}{address}")

    (fault,) = faults()

    assert fault.startswith(f"DATABASE_URL: {reason}")
    assert "hunter2" not in fault


@pytest.mark.parametrize("option", ["sslrootcert", "sslcert", "sslkey", "sslcrl"])
def test_a_file_that_is_not_there_is_named(setenv: Any, tmp_path: Path, option: str) -> None:
    missing = tmp_path / "ca.pem"
    setenv(DATABASE_URL=f"{URL}?{option}={missing}")

    (fault,) = faults()
    missing.touch()

    assert fault.startswith(f"DATABASE_URL: {option} names a file that is not there: {missing}")
    assert dict(Settings().database.address.query) == {option: str(missing)}


def test_whom_the_machine_trusts_needs_no_file(setenv: Any) -> None:
    for more in ("", "&sslmode=verify-full"):
        setenv(DATABASE_URL=f"{URL}?sslrootcert=system{more}")
        assert Settings().database.address.query["sslrootcert"] == "system"


@pytest.mark.parametrize("mode", ["disable", "prefer", "require", "verify-ca"])
def test_whom_the_machine_trusts_has_to_have_the_right_name_too(setenv: Any, mode: str) -> None:
    setenv(DATABASE_URL=f"{URL}?sslrootcert=system&sslmode={mode}")

    (fault,) = faults()

    assert fault.startswith("DATABASE_URL: sslrootcert=system goes with sslmode=verify-full")
