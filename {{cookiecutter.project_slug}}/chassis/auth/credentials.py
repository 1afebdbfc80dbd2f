"""The bearer credential of a request (RFC 6750, 2.1)."""

import re
from collections.abc import Sequence

from chassis.auth.problems import InvalidToken

MAX_LENGTH = 8_192
TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")


def bearer_credential(sent: Sequence[bytes]) -> str | None:
    """Of the headers `Authorization`, at least one. None for one of another scheme.

    Raises InvalidToken.
    """
    if len(sent) > 1:
        raise InvalidToken
    scheme, _, rest = sent[0].decode("latin-1").partition(" ")
    if scheme.lower() != "bearer" or not (credential := rest.strip(" ")):
        return None
    if len(credential) > MAX_LENGTH or not TOKEN.fullmatch(credential):
        raise InvalidToken
    return credential
