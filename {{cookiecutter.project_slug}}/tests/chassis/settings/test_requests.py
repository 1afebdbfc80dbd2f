"""Who may ask from where, and for how long."""

from typing import Any

import pytest

from chassis.settings import Settings
from chassis.settings.faults import SettingsError
from tests.chassis.settings.telling import URL, faults


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


def test_every_origin_and_credentials_do_not_go_together(setenv: Any) -> None:
    setenv(DATABASE_URL=URL, CORS_ORIGINS="*", CORS_CREDENTIALS="true")

    (fault,) = faults()

    assert fault.startswith("CORS_ORIGINS=* cannot go with CORS_CREDENTIALS")


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


@pytest.mark.parametrize("hosts", ["", "[]", " , "])
def test_no_host_at_all_would_be_a_service_that_answers_nobody(setenv: Any, hosts: str) -> None:
    setenv(DATABASE_URL=URL, SERVER_TRUSTED_HOSTS=hosts)

    (fault,) = faults()

    told = "SERVER_TRUSTED_HOSTS: names no host, so nobody would be answered; write * for any"
    assert fault.startswith(told)


@pytest.mark.parametrize(("seconds", "refused"), [("10", True), ("10.5", False), ("0", False)])
def test_a_statement_must_end_before_its_request(setenv: Any, seconds: str, refused: bool) -> None:
    setenv(DATABASE_URL=URL, SERVER_REQUEST_TIMEOUT=seconds)

    if refused:
        (fault,) = faults()
        assert fault.startswith("DATABASE_STATEMENT_TIMEOUT=10 must be less than SERVER_REQUEST_")
    else:
        assert Settings().database.statement_timeout == 10


@pytest.mark.parametrize(
    ("value", "expected"),
    [("auto", "auto"), ("true", True), ("ON", True), ("1", True), ("False", False), ("0", False)],
)
def test_a_switch_is_on_off_or_left_to_the_environment(
    setenv: Any, value: str, expected: str | bool
) -> None:
    setenv(DATABASE_URL=URL, SERVER_DOCS=value, SERVER_HEALTH_DETAILS=value)

    server = Settings().server
    assert (server.docs, server.health_details) == (expected, expected)


def test_any_other_switch_is_refused(setenv: Any) -> None:
    setenv(DATABASE_URL=URL, SERVER_DOCS="maybe")

    assert faults() == ["SERVER_DOCS: Input should be 'auto', True or False (it is 'maybe')"]
