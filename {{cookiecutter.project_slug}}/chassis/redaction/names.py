"""Which names say that what they name is a secret: by their parts, however they are written.

In doubt it is one: what is hidden for nothing costs a look elsewhere.
"""

import re
from functools import lru_cache

PARTS = (
    *("authorization", "cookie", "credential", "passcode", "passphrase", "passwd", "password"),
    *("pwd", "secret", "signature", "token"),
    *("accesskey", "accountkey", "apikey", "deploykey", "encryptionkey", "masterkey", "privatekey"),
    *("sessionid", "sessionkey", "sharedkey", "signingkey", "sshkey", "stripekey", "webhookkey"),
)
"""Looked for in the letters alone: `client_secret`, `X-Api-Key`, `dbPassword`, `ACCESSTOKENS`."""
SHORT = frozenset({"auth", "dsn", "jwt", "otp", "pass", "sig"})
"""Looked for as words: `sig` is in `design` too."""
NO_SECRET_IS_A = frozenset(
    {
        *("at", "count", "endpoint", "error", "exception", "expires", "expiry", "file", "in"),
        *("length", "limit", "method", "name", "names", "provider", "scheme", "size", "ttl"),
        *("type", "warning"),
    }
)
"""The last word of what looks like a secret and is none: `token_type`, `password_file`."""
NO_SECRET_KEY = frozenset(
    {
        *("business", "cache", "dict", "foreign", "group", "idempotency", "index", "lookup"),
        *("natural", "object", "partition", "primary", "public", "routing", "row", "sort"),
        "unique",
    }
)
"""The word before `key` in the name of what finds things, and opens none."""
RANDOM = re.compile(r"[\da-f]{32,}|(?=.*\d)(?=.*[a-z])(?=.*[A-Z])[\w+/=-]{20,}", re.ASCII)
AMOUNT = "tokens"
"""The last word of what is none if it is a number: `max_tokens`, as language models count."""
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def is_secret(name: str, value: object) -> bool:
    """Whether the value is to be hidden. None, yes and no tell nothing, and help."""
    if value is None or isinstance(value, bool):
        return False
    if not names_secret(name):
        return isinstance(value, str) and is_key(name, value)
    return not (isinstance(value, int | float) and names_amount(name))


@lru_cache(maxsize=4_096)
def names_secret(name: str) -> bool:
    return mentions_secret(name) and _words(name)[-1] not in NO_SECRET_IS_A


def mentions_secret(name: str) -> bool:
    """Also where it names the file that has a secret, and the like."""
    words = _words(name)
    letters = "".join(words)
    return any(part in letters for part in PARTS) or not SHORT.isdisjoint(words)


def is_key(name: str, value: str) -> bool:
    """Any other key, such as `mailer_key`: if its value looks as if nobody had thought of it."""
    return names_key(name) and RANDOM.fullmatch(value) is not None


@lru_cache(maxsize=4_096)
def names_key(name: str) -> bool:
    """Of what kind it is has to be said: `key` alone is any."""
    *before, last = _words(name) or [""]
    return last == "key" and bool(before) and before[-1] not in NO_SECRET_KEY


def names_amount(name: str) -> bool:
    return _words(name)[-1:] == [AMOUNT]


def _words(name: str) -> list[str]:
    """Of `clientSecret`, `client-secret` and `CLIENT_SECRET` the same two."""
    return [word.lower() for word in WORD.findall(name)]
