"""Which names say that their value is a secret."""

import pytest

from chassis.redaction.names import (
    NO_SECRET_KEY,
    PARTS,
    SHORT,
    is_secret,
    mentions_secret,
    names_secret,
)
from chassis.redaction.texts import MARKS
from tests.chassis.redaction.examples import HEXADECIMAL, RANDOM

SECRET = [
    *("access_token", "refresh_token", "client_secret", "x-api-key", "csrfToken", "tokens"),
    *("password", "Password", "PASSWORD", "passwords", "db_password", "dbPassword", "DBPASSWORD"),
    *("passwd", "pwd", "user_pwd", "pass", "passphrase", "password_hash", "old_password2"),
    *("authorization", "Proxy-Authorization", "http.request.header.authorization", "basic_auth"),
    *("cookie", "Set-Cookie", "cookies", "session_id", "sessionid", "JSESSIONID"),
    *("api_key", "apikey", "api-key", "APIKey", "apiKeys", "stripe_api_key", "private_key"),
    *("aws_secret_access_key", "accessKeyId", "signing_key", "encryption-key", "secretKey"),
    *("credential", "credentials", "AWS_CREDENTIALS", "signature", "X-Amz-Signature", "sig"),
    *("client secret", "API key", "Api - Key", "private-key", "Session ID", "ssh_key", "sshKeys"),
    *("stripe_key", "webhook_key", "STRIPE_WEBHOOK_KEY", "shared_key", "AccountKey", "deploy-key"),
    *("sentry_dsn", "DSN", "jwt", "idToken", "otp", "user[password]", "token_id", "X-Auth-Token"),
]
NO_SECRET = [
    *("idempotency_key", "key", "keys", "primary_key", "cache_key", "foreign_key", "public_key"),
    *("next_cursor", "cursor", "token_count", "token_type", "token_expires_at", "token_limit"),
    *(
        "password_file",
        "DATABASE_PASSWORD_PROVIDER",
        "secret_name",
        "cookie_names",
        "tokenType",
        "InvalidTokenError",
    ),
    *("design", "compass", "author", "authors", "session", "passed", "signal", "keyboard", "path"),
    *("event", "trace_id", "span_id", "request_id", "problem", "", "1", "ümlaut"),
]


@pytest.mark.parametrize("name", SECRET)
def test_a_name_of_which_a_part_is_secret_names_a_secret(name: str) -> None:
    assert names_secret(name)
    assert mentions_secret(name)


@pytest.mark.parametrize("name", NO_SECRET)
def test_what_only_looks_like_a_secret_is_none(name: str) -> None:
    assert not names_secret(name)


def test_a_name_that_is_about_a_secret_mentions_it() -> None:
    assert mentions_secret("DATABASE_PASSWORD_FILE")
    assert not mentions_secret("DATABASE_POOL_SIZE")


@pytest.mark.parametrize(
    ("name", "value", "hidden"),
    [
        ("max_tokens", 512, False),
        ("prompt_tokens", 0.5, False),
        ("tokens", 3, False),
        ("maxTokens", 3, False),
        ("tokens", "abc", True),
        ("tokens", ["abc"], True),
        ("token", 512, True),
        ("pin_password", 1234, True),
        ("password", None, False),
        ("has_password", True, False),
        ("password", "", True),
        ("mailer_key", RANDOM, True),
        ("MAILER-KEY", HEXADECIMAL, True),
        ("mailer key", f"{RANDOM}/+==", True),
        ("mailer_key", "orders", False),
        ("mailer_key", 5, False),
        ("mailer_key", "018f3a1c-7f3a-7c3e-9d3a-2f1f3a4b5c6d", False),
        ("key", RANDOM, False),
        ("ümlaut", RANDOM, False),
        ("1", RANDOM, False),
        *((f"{kind}_key", RANDOM, False) for kind in sorted(NO_SECRET_KEY)),
    ],
)
def test_an_amount_of_tokens_is_told_and_so_is_whether_there_is_a_secret(
    name: str, value: object, hidden: bool
) -> None:
    assert is_secret(name, value) is hidden


def test_every_part_of_a_secret_name_is_found_by_the_quick_look() -> None:
    """Else a line that has it would be written as it is."""
    for part in {*PARTS, *SHORT}:
        assert any(mark in part for mark in MARKS), part
