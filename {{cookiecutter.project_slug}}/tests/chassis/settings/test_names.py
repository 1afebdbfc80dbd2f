"""A name that is nearly a setting's is a fault: what is set under it would be ignored."""

from pathlib import Path
from typing import Any

import pytest

from chassis.settings import Settings
from chassis.settings.groups import Group
from tests.chassis.settings.telling import URL, faults

NEAR = {
    "RATE_LIMIT_ENABLE": "RATE_LIMIT_ENABLED",
    "DATABASE_POOLSIZE": "DATABASE_POOL_SIZE",
    "DATABASE_POOL__SIZE": "DATABASE_POOL_SIZE",
    "DATABASE_POOL_SZIE": "DATABASE_POOL_SIZE",
    "DATABASE_CONNECTION_TIMEOUT": "DATABASE_CONNECT_TIMEOUT",
    "DATABASE_STATMENT_TIMOUT": "DATABASE_STATEMENT_TIMEOUT",
    "DATABASE_URLS": "DATABASE_URL",
    "SERVER_GRACEFULL_TIMEOUT": "SERVER_GRACEFUL_TIMEOUT",
    "SERVER_KEEPALIVE": "SERVER_KEEP_ALIVE",
    "SERVER_TRUSTED_HOST": "SERVER_TRUSTED_HOSTS",
    "LOG_FROMAT": "LOG_FORMAT",
    "ENVIORMENT": "ENVIRONMENT",
    "LOG_LEVELS": "LOG_LEVEL",
    "REDIS_URI": "REDIS_URL",
    "METRICS_ENABLE": "METRICS_ENABLED",
    "METRIC_ENABLED": "METRICS_ENABLED",
    "TRACING_END_POINT": "TRACING_ENDPOINT",
    "ENVIROMENT": "ENVIRONMENT",
    "ENVIRNOMENT": "ENVIRONMENT",
    "rate_limit_enable": "RATE_LIMIT_ENABLED",
}
FAR = [
    *("DATABASE_COLOUR", "DATABASE_HOST", "DATABASE_USER", "DATABASE_NAME", "DATABASE_PASSWORD"),
    *("SERVER_NAME", "SERVER_X", "SERVICE_HOST", "LOG_FILE", "RATE_X", "REDIS_HOST", "REDIS_PORT"),
]
OTHERS = [
    *("POOL_SIZE", "LOGLEVEL", "OTEL_SERVICE_NAME", "POSTGRES_PASSWORD", "JOB_NAME", "TRACE"),
    *(
        "PGHOST",
        "ENV",
        "ENVIRONMENT_NAME",
        "APP_LOG_LEVEL",
        "SERVERLESS",
        "PROMETHEUS_MULTIPROC_DIR",
    ),
]
LINKS = {
    "SERVER_SERVICE_HOST": "10.0.0.7",
    "SERVER_SERVICE_PORT": "80",
    "SERVER_SERVICE_PORT_HTTP": "80",
    "SERVER_PORT": "tcp://10.0.0.7:80",
    "SERVER_PORT_80_TCP": "tcp://10.0.0.7:80",
    "SERVER_PORT_80_TCP_PROTO": "tcp",
    "SERVER_PORT_80_TCP_PORT": "80",
    "SERVER_PORT_80_TCP_ADDR": "10.0.0.7",
    "METRICS_PORT": "tcp://[fd00::7]:9090",
    "REDIS_PORT": "tcp://10.0.0.8:6379",
    "REDIS_PORT_6379_TCP_ADDR": "10.0.0.8",
    "DATABASE_SERVICE_HOST": "10.0.0.9",
    "DATABASE_SERVICE_PORT_POSTGRES": "5432",
    "LOG_PORT_53_UDP": "udp://10.0.0.9:53",
}


@pytest.mark.parametrize(("name", "meant"), NEAR.items())
def test_a_name_near_a_settings_is_a_fault_that_names_the_right_one(
    setenv: Any, name: str, meant: str
) -> None:
    setenv(**{"DATABASE_URL": URL} if meant != "DATABASE_URL" else {}, **{name: "hunter2"})

    *missing, fault = faults()

    assert fault == f"{name.upper()} is no setting; write {meant}"
    assert bool(missing) is (meant == "DATABASE_URL")


def test_it_is_found_in_dotenv_and_among_the_secret_files_too(setenv: Any, tmp_path: Path) -> None:
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (secrets / "database_replica_uri").write_text(URL)
    (tmp_path / ".env").write_text("DATABASE_POOLSIZE=5\nLOG_LEVLE=info\n")
    setenv(DATABASE_URL=URL, LOG_LEVLE="info")

    assert sorted(faults()) == [
        "DATABASE_POOLSIZE in .env is no setting; write DATABASE_POOL_SIZE",
        f"DATABASE_REPLICA_URI in {secrets} is no setting; write DATABASE_REPLICA_URL",
        "LOG_LEVLE is no setting; write LOG_LEVEL",
    ]


def test_it_is_told_along_with_wrong_values(setenv: Any) -> None:
    setenv(DATABASE_URL=URL, DATABASE_POOLSIZE="5", SERVER_PORT="no", SERVER_REQUEST_TIMEOUT="1")

    assert [fault.split()[0].strip(":") for fault in faults()] == [
        "SERVER_PORT",
        "DATABASE_POOLSIZE",
        "DATABASE_STATEMENT_TIMEOUT=10",
    ]


@pytest.mark.parametrize("name", FAR)
def test_a_name_that_only_begins_like_a_settings_may_be_another_programs(
    setenv: Any, name: str
) -> None:
    setenv(**{"DATABASE_URL": URL, name: "x"})

    assert Settings().strangers == [name]


def test_a_name_near_a_setting_that_is_set_may_be_another_programs(setenv: Any) -> None:
    setenv(DATABASE_URL=URL, DATABASE_URI=URL)

    assert Settings().strangers == ["DATABASE_URI"]


@pytest.mark.parametrize("name", OTHERS)
def test_other_names_are_not_even_mentioned(setenv: Any, name: str) -> None:
    setenv(**{"DATABASE_URL": URL, name: "x"})

    assert Settings().strangers == []


def test_what_kubernetes_tells_of_services_is_neither_a_setting_nor_a_fault(setenv: Any) -> None:
    setenv(DATABASE_URL=URL, **LINKS)

    settings = Settings()

    assert settings.strangers == []
    assert (settings.server.port, settings.metrics.port) == (8000, 9090)


def test_a_port_is_a_setting_all_the_same(setenv: Any) -> None:
    setenv(DATABASE_URL=URL, SERVER_PORT="80", SERVER_SERVICE_PORT="81")

    assert Settings().server.port == 80


class ShopSettings(Group):
    service_port: int = 1
    opening_hours: str = ""


class ServiceSettings(Settings):
    shop: ShopSettings = ShopSettings()
    greeting: str = ""


def test_the_names_of_settings_that_a_service_adds_are_known(setenv: Any) -> None:
    setenv(DATABASE_URL=URL, SHOP_SERVICE_PORT="5", SHOP_X="1", SHOP="a", GREETING="hello")

    settings = ServiceSettings()

    assert (settings.shop.service_port, settings.greeting) == (5, "hello")
    assert settings.strangers == ["SHOP_X"]


@pytest.mark.parametrize(
    ("name", "meant"), [("SHOP_OPENINGHOURS", "SHOP_OPENING_HOURS"), ("GREETINGS", "GREETING")]
)
def test_what_is_near_one_of_them_is_a_fault(setenv: Any, name: str, meant: str) -> None:
    setenv(DATABASE_URL=URL, **{name: "x"})

    assert faults(ServiceSettings) == [f"{name} is no setting; write {meant}"]
