"""Hides secrets inside a text: by their shape, or by the name before them."""

import re
from base64 import b64decode
from collections.abc import Mapping, Sequence
from itertools import chain

from chassis.redaction.named import HIDDEN, hide_named

MARKS_BY_LETTER = {
    "k": ("token", "cookie", "key", "sk-", "sk_", "rk_"),
    "": (
        *("secret", "pass", "auth", "credential", "dsn", "otp", "session", "bearer", "basic"),
        *("://", "detail:", "input_value="),
    ),
    "g": ("sig", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-"),
    "j": ("jwt", "eyj"),
    "w": ("pwd", "failing row", "whsec_"),
    "x": ("xox", "xapp-"),
    "z": ("aiza",),
}
"""By a letter that many texts do not have: to look for that alone costs a fraction."""
MARKS = tuple(chain(*MARKS_BY_LETTER.values()))
"""In whatever holds something to hide is one of these, whether it is a name or a text."""
ROWS = re.DOTALL | re.MULTILINE
SHAPES = {
    re.compile(r"\b(bearer)\s+[\w.~+/=-]+", re.ASCII | re.IGNORECASE): rf"\1 {HIDDEN}",
    re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*-----|\Z)", re.DOTALL): (
        HIDDEN
    ),
    # JSON Web Tokens, which begin with `{"` in base64. What accounts hand out. Keys of OpenAI and
    # those that do as it does, Stripe, GitHub, GitLab, Slack and Google.
    re.compile(
        r"\b(?:eyJ[\w-]+(?:\.[\w-]*){2,4}"
        r"|(?:apikey_|rtoken_|sk-|[rs]k_(?:live|test)_|whsec_"
        r"|gh[opsru]_|github_pat_|glpat-|xox[a-z]-|xapp-|AIza)"
        r"[\w-]{16,})"
    ): HIDDEN,
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
    return has_one(text.lower(), MARKS_BY_LETTER)


def has_one(text: str, by_letter: Mapping[str, Sequence[str]]) -> bool:
    """Loops, since they take half as long as `any` does."""
    for letter, marks in by_letter.items():
        if letter in text:
            for mark in marks:
                if mark in text:
                    return True
    return False


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
