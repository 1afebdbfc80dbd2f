"""What production refuses."""

from typing import Any

import pytest

from chassis.settings import Settings
from tests.chassis.settings.telling import URL, faults
from tests.support.serving import APPLICATION, interpret

UNSAFE = {
    "DATABASE_URL": "postgresql://shop:shop@db/shop",
    "DATABASE_STATEMENT_TIMEOUT": "0",
    "SERVER_TRUSTED_PROXIES": "*",
    "DATABASE_ECHO": "true",
    "LOG_LEVEL": "debug",
}


@pytest.mark.parametrize("environment", ["development", "test"])
def test_unsafe_values_are_fine_elsewhere(setenv: Any, environment: str) -> None:
    setenv(ENVIRONMENT=environment, **UNSAFE)

    assert not Settings().production


@pytest.mark.parametrize(("name", "value"), UNSAFE.items())
def test_production_refuses_each_unsafe_value(setenv: Any, name: str, value: str) -> None:
    setenv(**{"ENVIRONMENT": "production", "DATABASE_URL": URL, name: value})

    (fault,) = faults()

    assert fault.startswith(name)


@pytest.mark.parametrize("password", ["postgres", "password", "secret", "changeme", "admin"])
def test_production_refuses_well_known_passwords(setenv: Any, password: str) -> None:
    setenv(ENVIRONMENT="production", DATABASE_URL=f"postgresql://shop:{password}@db/shop")

    (fault,) = faults()

    assert fault == "DATABASE_URL: the password is a well-known one; set another"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_REPLICA_URL", "postgresql://shop:shop@replica/shop"),
        ("DATABASE_EXTRA", '{"a": "postgresql://shop:admin@db/a"}'),
    ],
)
def test_production_refuses_well_known_passwords_of_every_database(
    setenv: Any, name: str, value: str
) -> None:
    setenv(**{"ENVIRONMENT": "production", "DATABASE_URL": URL, name: value})

    assert faults() == [f"{name}: the password is a well-known one; set another"]


@pytest.mark.parametrize("url", [URL, "postgresql://shop@db/shop", "postgresql://db/shop"])
def test_production_accepts_safe_values(setenv: Any, url: str) -> None:
    setenv(ENVIRONMENT="production", DATABASE_URL=url)

    assert Settings().production


def test_production_tells_unsafe_values_along_with_wrong_ones(setenv: Any) -> None:
    setenv(ENVIRONMENT="production", SERVER_PORT="no", CORS_ORIGINS="*", CORS_CREDENTIALS="1")
    setenv(**UNSAFE)

    assert [fault.split()[0] for fault in faults()] == [
        "SERVER_PORT:",
        "CORS_ORIGINS=*",
        "DATABASE_URL:",
        "DATABASE_STATEMENT_TIMEOUT=0:",
        "SERVER_TRUSTED_PROXIES=*:",
        "DATABASE_ECHO=true:",
        "LOG_LEVEL=debug:",
    ]


def test_the_service_does_not_start_in_production_and_says_why() -> None:
    unsafe = {"ENVIRONMENT": "production", "SERVER_PORT": "-1", **UNSAFE}
    with interpret(APPLICATION, "serve", env=unsafe) as process:
        output, _ = process.communicate()

    assert process.returncode == 1
    assert "Traceback" not in output
    for name in ("SERVER_PORT", *UNSAFE):
        assert f"\n  {name}" in output


@pytest.mark.parametrize(
    ("environment", "value", "told"),
    [
        ("development", "auto", True),
        ("test", "auto", True),
        ("production", "auto", False),
        ("production", "true", True),
        ("development", "false", False),
    ],
)
def test_production_tells_strangers_no_more_than_it_is_asked_to(
    setenv: Any, environment: str, value: str, told: bool
) -> None:
    setenv(ENVIRONMENT=environment, DATABASE_URL=URL)
    setenv(SERVER_DOCS=value, SERVER_HEALTH_DETAILS=value)

    settings = Settings()

    assert (settings.serves_docs, settings.tells_health_details) == (told, told)


@pytest.mark.parametrize(
    ("environment", "value", "required"),
    [
        ("development", "auto", False),
        ("test", "auto", False),
        ("production", "auto", True),
        ("production", "false", False),
        ("development", "true", True),
    ],
)
def test_production_waits_for_its_migrations_unless_it_shall_not(
    setenv: Any, environment: str, value: str, required: bool
) -> None:
    setenv(ENVIRONMENT=environment, DATABASE_URL=URL, DATABASE_REQUIRE_MIGRATIONS=value)

    assert Settings().requires_migrations is required
