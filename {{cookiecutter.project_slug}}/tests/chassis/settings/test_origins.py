"""An origin is taken as a browser sends it, and any other is told with what to write instead."""

from typing import Any

import pytest

from chassis.settings import Settings
from tests.chassis.settings.telling import URL, faults


@pytest.mark.parametrize(
    "origin",
    [
        *("*", "https://a.example", "http://a.example:8080", "http://localhost:3000"),
        *("https://a_b.example", "https://a.example.", "https://xn--bcher-kva.example"),
        *("http://127.0.0.1:5173", "http://[::1]:5173", "https://a.example:80"),
    ],
)
def test_what_browsers_send_is_taken(setenv: Any, origin: str) -> None:
    setenv(DATABASE_URL=URL, CORS_ORIGINS=origin)

    assert Settings().cors.origins == [origin]


@pytest.mark.parametrize(
    ("origin", "sent"),
    [
        ("https://A.example", "https://a.example"),
        ("HTTPS://a.example", "https://a.example"),
        ("https://a.example:443", "https://a.example"),
        ("http://a.example:80", "http://a.example"),
        ("https://a.example:", "https://a.example"),
        ("https://a.example:08443", "https://a.example:8443"),
        ("https://a.example/", "https://a.example"),
        ("https://a.example/path", "https://a.example"),
        ("https://a.example/?x", "https://a.example"),
        ("https://a.example?x=1", "https://a.example"),
        ("https://a.example:8443/#x", "https://a.example:8443"),
        ("https://B\u00fccher.example", "https://xn--bcher-kva.example"),
        ("http://[0:0:0:0:0:0:0:1]:3000", "http://[::1]:3000"),
    ],
)
def test_what_no_browser_sends_is_told_with_what_it_sends(
    setenv: Any, origin: str, sent: str
) -> None:
    setenv(DATABASE_URL=URL, CORS_ORIGINS=origin)

    (fault,) = faults()

    assert fault.startswith(f"CORS_ORIGINS: {origin!r} is sent by no browser; write {sent}")


@pytest.mark.parametrize(
    "origin",
    [
        *("a.example", "https://", "ftp://a.example", "https://a b.example", "https:/a.example"),
        *("https://a.example:99999", "https://a.example:https", "https://[::1", "https://[1:2]"),
        *("https://999.0.0.1", "https://a..example", "//a.example", "https://a.example:8443:1"),
    ],
)
def test_what_is_no_origin_is_told_with_one(setenv: Any, origin: str) -> None:
    setenv(DATABASE_URL=URL, CORS_ORIGINS=origin)

    (fault,) = faults()

    told = f"CORS_ORIGINS: {origin!r} is no origin; write it as browsers do: https://shop.example"
    assert fault.startswith(told)


@pytest.mark.parametrize("origin", ["https://*.example", "https://a.example:*", "**", "*.example"])
def test_a_pattern_is_refused(setenv: Any, origin: str) -> None:
    setenv(DATABASE_URL=URL, CORS_ORIGINS=f"https://a.example,{origin}")

    (fault,) = faults()

    assert fault.startswith(f"CORS_ORIGINS: {origin!r} is no origin, and none is a pattern; list")


@pytest.mark.parametrize("origin", ["null", "NULL"])
def test_the_origin_of_everybodys_files_is_refused(setenv: Any, origin: str) -> None:
    setenv(DATABASE_URL=URL, CORS_ORIGINS=f'["{origin}"]')

    (fault,) = faults()

    assert fault.startswith(f"CORS_ORIGINS: {origin!r} is sent by pages of anybody")


def test_what_may_be_a_password_is_not_told(setenv: Any) -> None:
    setenv(DATABASE_URL=URL, CORS_ORIGINS="https://user:hunter2@a.example")

    (fault,) = faults()

    assert fault.startswith("CORS_ORIGINS: one of them is no origin; write it as browsers do")
    assert "hunter2" not in fault
