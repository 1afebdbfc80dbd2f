"""Which names say that what they name is a secret: by their parts, however they are written.

In doubt it is one: what is hidden for nothing costs a look elsewhere.
"""

import re
from functools import lru_cache

PARTS = (
    *("authorization", "cookie", "credential", "passcode", "passphrase", "passwd", "password"),
    *("pwd", "secret", "signature", "token"),
    *("accesskey", "apikey", "encryptionkey", "masterkey", "privatekey", "sessionid", "sessionkey"),
    "signingkey",
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
AMOUNT = "tokens"
"""The last word of what is none if it is a number: `max_tokens`, as language models count."""
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def is_secret(name: str, value: object) -> bool:
    """Whether the value is to be hidden. None, yes and no tell nothing, and help."""
    if value is None or isinstance(value, bool) or not names_secret(name):
        return False
    return not (isinstance(value, int | float) and names_amount(name))


@lru_cache(maxsize=4_096)
def names_secret(name: str) -> bool:
    return mentions_secret(name) and _words(name)[-1] not in NO_SECRET_IS_A


def mentions_secret(name: str) -> bool:
    """Also where it names the file that has a secret, and the like."""
    words = _words(name)
    letters = "".join(words)
    return any(part in letters for part in PARTS) or not SHORT.isdisjoint(words)


def names_amount(name: str) -> bool:
    return _words(name)[-1:] == [AMOUNT]


def _words(name: str) -> list[str]:
    """Of `clientSecret`, `client-secret` and `CLIENT_SECRET` the same two."""
    return [word.lower() for word in WORD.findall(name)]
