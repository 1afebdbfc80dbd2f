"""Hides secrets inside a text: by their shape, or by the name before them."""

import re
from base64 import b64decode

from chassis.redaction.named import HIDDEN, hide_named

MARKS = (
    *("token", "secret", "pass", "pwd", "auth", "cookie", "credential", "sig", "dsn", "jwt", "otp"),
    *("key", "session", "bearer", "basic", "://", "eyj", "sk-", "ghp_", "github_pat_"),
    *("failing row", "detail:", "input_value="),
)
"""In whatever holds something to hide is one of these, whether it is a name or a text."""
ROWS = re.DOTALL | re.MULTILINE
SHAPES = {
    re.compile(r"\b(bearer)\s+[\w.~+/=-]+", re.ASCII | re.IGNORECASE): rf"\1 {HIDDEN}",
    # JSON Web Tokens begin with `{"`, in base64.
    re.compile(r"\beyJ[\w-]+(?:\.[\w-]*){2,4}"): HIDDEN,
    re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*-----|\Z)", re.DOTALL): (
        HIDDEN
    ),
    # Keys of OpenAI and those that do as it does, and of GitHub.
    re.compile(r"\b(?:sk-|ghp_|github_pat_)[\w-]{16,}"): HIDDEN,
    # PostgreSQL shows all of a row that it refuses, and of a key, in the language of the server.
    re.compile(r"(Failing row contains|DETAIL:[^(\n]{1,200}) \(.{0,20000}?\)(?=\.?$)", ROWS): (
        rf"\1 ({HIDDEN})"
    ),
    re.compile(r"(DETAIL: [^(\n]{1,200}\(.{1,2000}?\))=\(.{0,20000}?\)(?= )", ROWS): (
        rf"\1=({HIDDEN})"
    ),
    # Of pydantic, the value that it refuses.
    re.compile(r"(input_value=).{0,2000}?(, input_type=)", re.DOTALL): rf"\1{HIDDEN}\2",
}
BASIC = re.compile(r"\b(basic)\s+([a-z0-9+/]+)=*", re.ASCII | re.IGNORECASE)
URL_PASSWORD = re.compile(r"(://[^:/@]*):.*", re.DOTALL)


def may_hold_secret(text: str) -> bool:
    """Whether `redact_text` could change it, or `redact` that of which it is the JSON.

    Most log lines are harmless, and to find that out costs a fraction of a search by patterns.
    """
    return any(map(text.lower().__contains__, MARKS))


def redact_text(text: str) -> str:
    if not may_hold_secret(text):
        return text
    if "://" in text and "@" in text:
        text = re.sub(r"\S+", _without_password, text)
    for shape, instead in SHAPES.items():
        text = shape.sub(instead, text)
    return hide_named(BASIC.sub(_without_credentials, text))


def _without_password(run: re.Match[str]) -> str:
    """Of what has no spaces: all between the user's colon and the last `@` is the password."""
    login, at, rest = run[0].rpartition("@")
    return URL_PASSWORD.sub(rf"\1:{HIDDEN}", login) + at + rest


def _without_credentials(match: re.Match[str]) -> str:
    """Basic is an everyday word; credentials have a colon: https://www.rfc-editor.org/rfc/rfc7617#section-2."""
    try:
        credentials = b64decode(f"{match[2]}==")
    except ValueError:
        return match[0]
    return f"{match[1]} {HIDDEN}" if b":" in credentials else match[0]
