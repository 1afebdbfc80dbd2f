"""What an address of PostgreSQL may look like."""

from typing import Any
from urllib.parse import quote

import pytest

from chassis.settings import Settings
from tests.chassis.settings.telling import URL, faults


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+asyncpg"])
def test_each_name_of_postgresql_is_accepted(setenv: Any, scheme: str) -> None:
    setenv(DATABASE_URL=URL.replace("postgresql", scheme))

    assert Settings().database.url.get_secret_value() == URL


@pytest.mark.parametrize("character", [*"@/:%# +&=", "p@ss/w:rd%#", "ünï", ""])
@pytest.mark.parametrize("encoded", [True, False])
def test_any_character_may_be_in_the_password(setenv: Any, character: str, encoded: bool) -> None:
    password = f"a{character}b"
    setenv(DATABASE_URL=URL.replace("hunter2", quote(password, safe="") if encoded else password))

    address = Settings().database.address

    assert address.password == password
    assert (address.username, address.host, address.port) == ("shop", "db.example", 5433)
    assert address.database == "shop"


def test_an_encoded_percent_sign_is_decoded_once(setenv: Any) -> None:
    setenv(DATABASE_URL=URL.replace("hunter2", "%2541"))

    assert Settings().database.address.password == "%41"


def test_options_of_a_url_are_kept(setenv: Any) -> None:
    setenv(DATABASE_URL=f"{URL}?sslmode=require&target_session_attrs=read-write")

    assert dict(Settings().database.address.query) == {
        "sslmode": "require",
        "target_session_attrs": "read-write",
    }


def test_a_setting_of_the_server_may_be_among_them(setenv: Any) -> None:
    setenv(DATABASE_URL=f"{URL}?options=-c%20search_path%3Dshop")

    assert dict(Settings().database.address.query) == {"options": "-c search_path=shop"}


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("sslmode=requires", "sslmode must be one of disable, allow, prefer, require, verify-ca,"),
        ("sslmode=require&sslmode=disable", "sslmode must be one of"),
        ("target_session_attrs=writable", "target_session_attrs must be one of any, primary,"),
        ("sslnegotiation=no", "sslnegotiation must be one of"),
        ("channel_binding=require", "the driver has no option channel_binding; settings of"),
        ("hunter2@db=1", "the driver has no option what follows the question mark;"),
        ("hunter2=1@db/shop", "the driver has no option what follows the question mark;"),
        ("sslmode=hunter2@db/shop", "sslmode must be one of"),
    ],
)
def test_an_option_that_no_connection_could_have_is_refused(
    setenv: Any, query: str, reason: str
) -> None:
    setenv(DATABASE_URL=f"{URL}?{query}")

    (fault,) = faults()

    assert fault.startswith(f"DATABASE_URL: {reason}")
    assert "hunter2" not in fault


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("mysql://shop:hunter2@db/shop", "must start with postgresql://, not 'mysql'"),
        ("hunter2", "must start with postgresql://"),
        ("shop:hunter2@db/shop", "must start with postgresql://"),
        ("hunter2@://", "must start with postgresql://"),
        ("", "must start with postgresql://"),
        ("postgresql://shop:hunter2@db:port/shop", "is not a URL"),
        ("postgresql://shop:hunter2@db:5432", "names no database"),
        ("postgresql://", "names no database"),
    ],
)
def test_another_url_is_refused_without_showing_it(setenv: Any, url: str, reason: str) -> None:
    setenv(DATABASE_URL=url)

    (fault,) = faults()

    assert fault.startswith(f"DATABASE_URL: {reason}")
    assert "hunter2" not in fault
