"""Settings: where they come from, what is accepted, and how wrong ones are told."""

import asyncio
import json
import os
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from limits import parse
from pydantic import ValidationError

from app.settings import Settings
from app.settings.faults import SettingsError
from tests.serving import start

PREFIXES = (
    "SERVICE",
    "SERVER",
    "DATABASE",
    "CORS",
    "IDEMPOTENCY",
    "LOG",
    "RATE",
    "REDIS",
    "METRICS",
    "TRACING",
    "ENVIRONMENT",
)
URL = "postgresql://shop:hunter2@db.example:5433/shop"


@pytest.fixture(autouse=True)
def _nothing_is_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.upper().startswith(PREFIXES):
            monkeypatch.delenv(name)
    monkeypatch.setattr("app.settings.SECRETS", tmp_path / "secrets")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def setenv(monkeypatch: pytest.MonkeyPatch) -> Any:
    def set_variables(**variables: str) -> None:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

    return set_variables


def faults() -> list[str]:
    with pytest.raises(SettingsError) as refused:
        Settings()
    return refused.value.faults


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
        "`make dev` and `make test` start a server and set it."
    )


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


def test_a_provider_of_the_password_is_named_by_module_and_function(setenv: Any) -> None:
    setenv(DATABASE_URL=URL, DATABASE_PASSWORD_PROVIDER="asyncio:sleep")

    provider: object = Settings().database.password_provider
    assert provider is asyncio.sleep


@pytest.mark.parametrize(
    ("provider", "reason"),
    [
        ("json:loads", "must name an async function, as module:function (it is 'json:loads')"),
        ("nowhere:token", "Invalid python path: No module named 'nowhere' (it is"),
    ],
)
def test_what_provides_no_password_is_told(setenv: Any, provider: str, reason: str) -> None:
    setenv(DATABASE_URL=URL, DATABASE_PASSWORD_PROVIDER=provider)

    (fault,) = faults()

    assert fault.startswith(f"DATABASE_PASSWORD_PROVIDER: {reason}")


def test_a_password_has_one_source(setenv: Any, tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.touch()
    setenv(
        DATABASE_URL=URL,
        DATABASE_PASSWORD_FILE=str(file),
        DATABASE_PASSWORD_PROVIDER="asyncio:sleep",
    )

    assert faults() == ["DATABASE_PASSWORD_FILE and DATABASE_PASSWORD_PROVIDER: set one of them"]


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
        ("hunter2", "must start with postgresql://, not 'hunter2'"),
        ("", "must start with postgresql://, not ''"),
        ("postgresql://shop:hunter2@db:port/shop", "is not a URL"),
        ("postgresql://shop:hunter2@db:5432", "names no database"),
        ("postgresql://", "names no database"),
    ],
)
def test_another_url_is_refused_without_showing_it(setenv: Any, url: str, reason: str) -> None:
    setenv(DATABASE_URL=url)

    (fault,) = faults()

    assert fault.startswith(f"DATABASE_URL: {reason}")
    assert "hunter2" not in fault.replace("not 'hunter2'", "")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('["https://a.example", "https://b.example"]', ["https://a.example", "https://b.example"]),
        ("https://a.example, https://b.example,", ["https://a.example", "https://b.example"]),
        ("[]", []),
        ("", []),
    ],
)
def test_a_list_is_json_or_has_commas(setenv: Any, value: str, expected: list[str]) -> None:
    setenv(DATABASE_URL=URL, CORS_ORIGINS=value)

    assert Settings().cors.origins == expected


@pytest.mark.parametrize("origin", ["https://a.example/", "a.example", "https://a.example/path"])
def test_what_no_browser_sends_as_origin_is_refused(setenv: Any, origin: str) -> None:
    setenv(DATABASE_URL=URL, CORS_ORIGINS=origin)

    with pytest.raises(SettingsError, match="is no origin; write it as browsers do"):
        Settings()


def test_a_list_may_be_given_as_one(setenv: Any) -> None:
    setenv(DATABASE_URL=URL)

    assert Settings(cors={"origins": ["https://a.example"]}).cors.origins == ["https://a.example"]  # type: ignore[arg-type]  # a group is given as a mapping


@pytest.mark.parametrize("proxies", ["10.0.0.0/8", "127.0.0.1,::1", "*"])
def test_proxies_are_addresses_or_networks(setenv: Any, proxies: str) -> None:
    setenv(DATABASE_URL=URL, SERVER_TRUSTED_PROXIES=proxies)

    assert Settings().server.trusted_proxies == proxies.split(",")


@pytest.mark.parametrize("hosts", ["*", "shop.example,*.shop.example", "127.0.0.1,[::1]"])
def test_hosts_are_names_or_addresses(setenv: Any, hosts: str) -> None:
    setenv(DATABASE_URL=URL, SERVER_TRUSTED_HOSTS=hosts)

    assert Settings().server.trusted_hosts == hosts.split(",")


@pytest.mark.parametrize("host", ["https://a.example", "a.example:80", "a.*", "**", "a b"])
def test_what_no_host_header_says_is_refused(setenv: Any, host: str) -> None:
    setenv(DATABASE_URL=URL, SERVER_TRUSTED_HOSTS=host)

    with pytest.raises(SettingsError, match="is no host; write it without port"):
        Settings()


@pytest.mark.parametrize("rate", ["100/minute", "5/second", "1000/12 hours", "1/day"])
def test_a_rate_limit_is_a_number_and_a_time(setenv: Any, rate: str) -> None:
    setenv(DATABASE_URL=URL, RATE_LIMIT_DEFAULT=rate, RATE_LIMIT_ENABLED="true")

    assert Settings().rate.limit_default == rate
    assert Settings().rate.limit_enabled
    assert parse(rate).amount == int(rate.partition("/")[0])


@pytest.mark.parametrize("rate", ["often", "0/minute", "-1/day", "100", "5/0 days", "1/week", ""])
def test_any_other_rate_limit_is_refused_with_an_example(setenv: Any, rate: str) -> None:
    setenv(DATABASE_URL=URL, RATE_LIMIT_DEFAULT=rate)

    (fault,) = faults()

    assert fault.startswith("RATE_LIMIT_DEFAULT: must be a number and a time, such as 100/minute")
    assert fault.endswith(f"(it is {rate!r})")


@pytest.mark.parametrize("url", ["redis://:hunter2@redis:6379/0", "rediss://redis"])
def test_a_redis_has_a_url(setenv: Any, url: str) -> None:
    setenv(DATABASE_URL=URL, REDIS_URL=url)

    found = Settings().redis.url
    assert found is not None
    assert found.get_secret_value() == url
    assert "hunter2" not in repr(Settings())


def test_a_redis_is_not_needed(setenv: Any) -> None:
    setenv(DATABASE_URL=URL, REDIS_URL="")

    assert Settings().redis.url is None


@pytest.mark.parametrize("url", ["redis", "unix:///redis", "http://:hunter2@redis", "redis://"])
def test_another_redis_url_is_refused_without_showing_it(setenv: Any, url: str) -> None:
    setenv(DATABASE_URL=URL, REDIS_URL=url)

    (fault,) = faults()

    assert fault.startswith("REDIS_URL: must look like redis://")
    assert "hunter2" not in fault


@pytest.mark.parametrize(("seconds", "refused"), [("10", True), ("10.5", False), ("0", False)])
def test_a_statement_must_end_before_its_request(setenv: Any, seconds: str, refused: bool) -> None:
    setenv(DATABASE_URL=URL, SERVER_REQUEST_TIMEOUT=seconds)

    if refused:
        (fault,) = faults()
        assert fault.startswith("DATABASE_STATEMENT_TIMEOUT=10 must be less than SERVER_REQUEST_")
    else:
        assert Settings().database.statement_timeout == 10


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


def test_every_origin_and_credentials_do_not_go_together(setenv: Any) -> None:
    setenv(DATABASE_URL=URL, CORS_ORIGINS="*", CORS_CREDENTIALS="true")

    (fault,) = faults()

    assert fault.startswith("CORS_ORIGINS=* cannot go with CORS_CREDENTIALS")


def test_an_empty_replica_is_none(setenv: Any) -> None:
    setenv(DATABASE_URL=URL, DATABASE_REPLICA_URL="")

    assert Settings().database.replica is None


def test_the_replica_differs_from_the_primary_in_its_address_alone(setenv: Any) -> None:
    setenv(DATABASE_URL=URL, DATABASE_REPLICA_URL=URL.replace("db.", "replica."))

    database = Settings().database

    assert database.replica is not None
    assert database.replica.address.host == "replica.example"
    assert database.replica.model_copy(update={"url": database.url}) == database


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
        "replica: the name is taken by the service's own",
        "files: must start with postgresql://, not 'mysql'",
        "nothing: names no database: postgresql://user:password@host:5432/database",
        "number: must be text",
    ]


def test_a_wrong_replica_is_told_without_showing_it(setenv: Any) -> None:
    setenv(DATABASE_URL=URL, DATABASE_REPLICA_URL="mysql://shop:hunter2@db/shop")

    assert faults() == ["DATABASE_REPLICA_URL: must start with postgresql://, not 'mysql'"]


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


def test_no_secret_is_shown(setenv: Any) -> None:
    setenv(DATABASE_URL=URL, DATABASE_REPLICA_URL=URL, DATABASE_EXTRA=json.dumps({"a": URL}))
    settings = Settings()

    for text in (repr(settings), str(settings.database), settings.model_dump_json()):
        assert "hunter2" not in text
    assert "hunter2" not in repr(settings.database.address)


def test_the_service_does_not_start_in_production_and_says_why() -> None:
    unsafe = {"ENVIRONMENT": "production", "SERVER_PORT": "-1", **UNSAFE}
    with start("-m", "app", "serve", env=unsafe) as process:
        output, _ = process.communicate()

    assert process.returncode == 1
    assert "Traceback" not in output
    for name in ("SERVER_PORT", *UNSAFE):
        assert f"\n  {name}" in output


def test_metrics_are_off_and_have_a_port_of_their_own(setenv: Any) -> None:
    setenv(DATABASE_URL=URL)

    metrics = Settings().metrics

    assert (metrics.enabled, metrics.port) == (False, 9_090)


@pytest.mark.parametrize(("value", "port"), [("", None), ("0", 0), ("9464", 9_464)])
def test_an_empty_port_of_metrics_is_the_services_own(
    setenv: Any, value: str, port: int | None
) -> None:
    setenv(DATABASE_URL=URL, METRICS_ENABLED="true", METRICS_PORT=value)

    assert Settings().metrics.port == port


def test_metrics_and_service_cannot_have_the_same_port(setenv: Any) -> None:
    setenv(DATABASE_URL=URL, METRICS_ENABLED="true", METRICS_PORT="8000")

    assert faults() == ["METRICS_PORT=8000 is SERVER_PORT too; leave it empty to serve both there"]


@pytest.mark.parametrize(
    ("value", "endpoint"),
    [
        ("http://collector:4318", "http://collector:4318/v1/traces"),
        ("https://traces.example/otlp/", "https://traces.example/otlp/v1/traces"),
        ("http://collector:4318/v1/traces", "http://collector:4318/v1/traces"),
    ],
)
def test_spans_go_to_the_collectors_path_for_them(setenv: Any, value: str, endpoint: str) -> None:
    setenv(DATABASE_URL=URL, TRACING_ENDPOINT=value)

    assert Settings().tracing.spans_endpoint == endpoint


def test_an_empty_collector_is_none(setenv: Any) -> None:
    setenv(DATABASE_URL=URL, TRACING_ENDPOINT="")

    assert Settings().tracing.endpoint is None


def test_what_is_no_collector_is_refused(setenv: Any) -> None:
    setenv(DATABASE_URL=URL, TRACING_ENDPOINT="collector:4318", TRACING_SAMPLE_RATIO="2")

    address, ratio = faults()

    assert address == (
        "TRACING_ENDPOINT: is no address of a collector; write it like http://collector:4318 "
        "(it is 'collector:4318')"
    )
    assert ratio.startswith("TRACING_SAMPLE_RATIO")


@pytest.mark.parametrize(
    "missing", ["opentelemetry.sdk", "opentelemetry.exporter", "opentelemetry.exporter.otlp.proto"]
)
def test_a_collector_needs_opentelemetry_and_says_how_to_get_it(
    setenv: Any, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    setenv(DATABASE_URL=URL, TRACING_ENDPOINT="http://collector:4318")
    monkeypatch.setattr("app.settings.values.find_spec", without(missing))

    (fault,) = faults()

    assert fault == (
        "TRACING_ENDPOINT: needs OpenTelemetry, which is not installed; run: "
        "uv sync --extra otel (it is 'http://collector:4318')"
    )


def without(missing: str) -> Any:
    """`find_spec` where this package is not installed: a part of it raises, as Python does."""

    def find(name: str) -> object:
        if name.startswith(f"{missing}."):
            raise ModuleNotFoundError(name)
        return None if name == missing else find_spec(name)

    return find
