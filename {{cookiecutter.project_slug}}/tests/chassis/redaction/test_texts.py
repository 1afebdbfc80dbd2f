"""What of a text is hidden, and that nobody can make it slow."""

import time

import pytest

from chassis.redaction.texts import redact_text
from tests.chassis.redaction.examples import HIDDEN, RANDOM

SHOWN = [
    "basic authentication is off, bear with us",
    "basic a",  # no base64
    "http://collector:4318/v1/traces",
    "postgresql://alice@db/shop",
    "https://h:80/search and mail to a@b.example",
    "idempotency_key=abc, key: abc, next_cursor=eyJ",
    "max_tokens=512, tokens: 3, token_type='x', password_file=/run/secrets/x",
    "password=None has_token=True secret: null",
    'asyncpg.exceptions.InvalidPasswordError: password authentication failed for user "alice"',
    "no password could be had: LookupError: the issuer is away",
    "jwt.exceptions.ExpiredTokenError: signature has expired",
    "missing: ['password', 'email']",
    "WHERE token = $1 AND a.password = $2::VARCHAR AND secret=$3",
    "-----BEGIN PUBLIC KEY-----abc",
    "disk-0123456789abcdefghij",
    "xbox-0123456789abcdefghij, ask_live_0123456789abcdefghij, high_0123456789abcdefghij",
    "re-token x, pre--token x, the tokens - all of them, --token --verbose, --token",
    f"primary_key={RANDOM}, idempotency_key: {RANDOM}, key={RANDOM}, my key: {RANDOM}",
    "mailer_key=orders.created, mailer_key=2026-01-31T00:00:00, mailer_key=Hunter2",
    "mailer_key=018f3a1c-7f3a-7c3e-9d3a-2f1f3a4b5c6d, mailer_key = settings.mailer_key",
    "    if not token:\n    ^^^^\n  File 'x', line 3",
]


@pytest.mark.parametrize(("text", "expected"), HIDDEN)
def test_a_secret_is_hidden_and_all_around_it_is_told(text: str, expected: str) -> None:
    found = redact_text(text)

    assert found == expected
    assert "hunter2" not in found
    assert redact_text(found) == found


@pytest.mark.parametrize("text", SHOWN)
def test_other_texts_are_told_as_they_are(text: str) -> None:
    assert redact_text(text) == text


MADE_TO_BE_SLOW = [
    *("a" * 60_000, "a-" * 30_000, "token" + "\t" * 60_000, "token\t" * 10_000, "token " * 10_000),
    *("token=(\n" * 8_000, "token=[{(" * 7_000, "token='" * 9_000, 'token=\\"' * 8_000),
    *("://:" * 40_000 + " @", "://:@" * 12_000, "://a:" * 12_000 + "@", "@://" * 15_000),
    *("eyJ." * 15_000, "eyJa." * 12_000, "sk-" * 20_000, "basic " * 10_000, "bearer " * 9_000),
    *(
        "token=(a\n" * 7_000,
        "token='\n" * 8_000,
        "--token " * 8_000,
        "-" * 60_000,
        "a key " * 10_000,
    ),
    *("token:\n  '" * 6_000, "--token-" * 7_000, "api key: (" * 7_000, "a_key=(" * 8_000),
    *("-----BEGIN PRIVATE KEY-----" * 2_000, "Failing row contains (" * 3_000, "'a',  '" * 8_000),
]


@pytest.mark.no_cover  # other tests cover it; measured, it would take thrice as long
@pytest.mark.parametrize("text", MADE_TO_BE_SLOW, ids=lambda text: text[:12])
def test_no_text_is_slow_to_search(text: str) -> None:
    """Time of this process alone: what else runs on the machine is not counted."""
    started = time.process_time()

    redact_text(f"{text} password")

    assert time.process_time() - started < 5
