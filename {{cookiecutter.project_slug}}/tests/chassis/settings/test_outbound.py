"""Other services: their addresses, what each has of its own, and what is wrong with them."""

import json
from typing import Any

import pytest

from chassis.settings import Settings
from tests.chassis.settings.telling import URL, faults

EXAMPLE = "https://payments.example/v1"


def outbound_of(setenv: Any, **variables: str) -> Any:
    setenv(DATABASE_URL=URL, **{f"OUTBOUND_{name.upper()}": it for name, it in variables.items()})
    return Settings().outbound


def test_nothing_is_called_unless_it_is_named(setenv: Any) -> None:
    assert outbound_of(setenv).upstreams == {}
    assert outbound_of(setenv, upstreams="", proxy="") == outbound_of(setenv)


@pytest.mark.parametrize(
    "url",
    [
        *(EXAMPLE, "http://shop", "http://shop:8000", "https://10.0.0.7:8443/a/b", "http://[::1]"),
        *("http://[::1]:8000/a", "https://a.example/a%20b;c=d", "http://shop_a.ns.svc:80"),
    ],
)
def test_an_address_is_kept_without_a_slash_at_its_end(setenv: Any, url: str) -> None:
    for given in (url, f"{url}/"):
        found = outbound_of(setenv, upstreams=json.dumps({"payments": given}))
        assert found.upstreams["payments"].url == url


def test_what_an_upstream_does_not_say_is_as_for_all(setenv: Any) -> None:
    entries = {"payments": {"url": EXAMPLE, "timeout": 2, "attempts": 1}, "mail": EXAMPLE}
    found = outbound_of(setenv, upstreams=json.dumps(entries), timeout="7", max_bytes="9")

    own, common = found.limits("payments"), found.limits("mail")
    assert (own.timeout, own.attempts, own.max_bytes, own.connections) == (2, 1, 9, 50)
    assert (common.timeout, common.attempts, common.max_bytes) == (7, 3, 9)


def test_a_limit_that_is_its_default_is_one_that_was_given(setenv: Any) -> None:
    entries = {"payments": {"url": EXAMPLE, "timeout": 5}}
    found = outbound_of(setenv, upstreams=json.dumps(entries), timeout="7")

    assert found.limits("payments").timeout == 5


def test_headers_and_the_proxy_are_shown_nowhere(setenv: Any) -> None:
    entry = {"url": EXAMPLE, "headers": {"Authorization": "Bearer hunter2"}}
    found = outbound_of(
        setenv, upstreams=json.dumps({"payments": entry}), proxy="http://me:hunter2@proxy:3128"
    )

    assert found.upstreams["payments"].headers["Authorization"].get_secret_value()
    assert found.proxy.get_secret_value() == "http://me:hunter2@proxy:3128"
    assert "hunter2" not in f"{found!r}{found}{Settings()!r}"


@pytest.mark.parametrize(
    ("entries", "told"),
    [
        ("[]", "must be a JSON object, such as "),
        ("{oops", "must be a JSON object, such as "),
        ('{"Pay": "https://a"}', "Pay: a name is made of a-z, 0-9 and _, and begins with a letter"),
        ('{"https://a": "b"}', "one of them: a name is made of"),
        ('{"public": "https://a"}', "public: the name is taken"),
        ('{"a": "ftp://b"}', "a: url is no address of a server; write it like https://payments"),
        ('{"a": "https://"}', "a: url is no address of a server"),
        ('{"a": "https://b:0"}', "a: url is no address of a server"),
        ('{"a": "https://b:99999"}', "a: url is no address of a server"),
        ('{"a": "https://b:x"}', "a: url is no address of a server"),
        ('{"a": "https://[b"}', "a: url is no address of a server"),
        ('{"a": "https://b c"}', "a: url is no address of a server"),
        ('{"a": "https://u:hunter2@b"}', "a: url has a user; give `headers`"),
        ('{"a": "https://b?c=hunter2"}', "a: url ends with its path, percent-encoded"),
        ('{"a": "https://b/#c"}', "a: url ends with its path"),
        ('{"a": "https://b/c d"}', "a: url ends with its path"),
        ('{"a": 7}', "a: Input should be a valid dictionary"),
        ('{"a": {"url": "https://b", "tiemout": 3}}', "a: tiemout Extra inputs are not permitted"),
        ('{"a": {"url": "https://b", "timeout": 0}}', "a: timeout Input should be greater than 0"),
        ('{"a": {}, "b": ""}', "a: url Field required; b: url is no address of a server"),
        ('{"a": {"url": "https://b", "headers": {"X": 7, "Y": "hunter2"}}}', "a: headers "),
    ],
)
def test_every_fault_of_an_entry_is_told_and_no_value_of_it(
    setenv: Any, entries: str, told: str
) -> None:
    setenv(DATABASE_URL=URL, OUTBOUND_UPSTREAMS=entries)

    (fault,) = faults()

    assert fault.startswith(f"OUTBOUND_UPSTREAMS: {told}")
    assert "hunter2" not in fault


@pytest.mark.parametrize(
    "proxy", ["socks5://hunter2@proxy:1080", "proxy:3128", "http://proxy/hunter2", "http://proxy?a"]
)
def test_what_is_no_proxy_is_refused(setenv: Any, proxy: str) -> None:
    setenv(DATABASE_URL=URL, OUTBOUND_PROXY=proxy)

    (fault,) = faults()

    assert fault.startswith("OUTBOUND_PROXY: ")
    assert "http://proxy:3128" in fault
    assert "hunter2" not in fault
