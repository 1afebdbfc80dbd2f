"""The bearer credential of a request (RFC 6750, 2.1)."""

import re
from collections.abc import Iterable

from chassis.auth.problems import InvalidToken

MAX_LENGTH = 8_192
TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")


def bearer_credential(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """None where there is none, or of another scheme. Raises InvalidToken."""
    found = [value for name, value in headers if name == b"authorization"]
    if not found:
        return None
    if len(found) > 1:
        raise InvalidToken
    scheme, _, rest = found[0].decode("latin-1").partition(" ")
    if scheme.lower() != "bearer" or not (credential := rest.strip(" ")):
        return None
    if len(credential) > MAX_LENGTH or not TOKEN.fullmatch(credential):
        raise InvalidToken
    return credential
