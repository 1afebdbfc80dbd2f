"""What may follow the question mark in the address of a database.

https://magicstack.github.io/asyncpg/current/api/index.html#connection
"""

import re
from pathlib import Path

from asyncpg.connect_utils import SessionAttribute, SSLMode, SSLNegotiation
from sqlalchemy import URL

CHOICES: dict[str, list[str]] = {
    "sslmode": [mode.name.replace("_", "-") for mode in SSLMode],
    "sslnegotiation": [kind.value for kind in SSLNegotiation],
    "target_session_attrs": [attribute.value for attribute in SessionAttribute],
}
FILES = ("sslrootcert", "sslcert", "sslkey", "sslcrl")
OPTIONS = {
    *CHOICES,
    *FILES,
    *("host", "port", "dbname", "database", "user", "password", "passfile", "service"),
    *("sslpassword", "ssl_min_protocol_version", "ssl_max_protocol_version"),
    *("krbsrvname", "gsslib", "options"),
}
SYSTEM = "system"
"""For `sslrootcert`: whom the machine trusts, as libpq has it."""


def refuse_unusable(url: URL, *, shown: bool) -> None:
    """Raises ValueError for what would fail at the first connection; `shown` may be told."""
    for name, given in url.query.items():
        _refuse_unknown(name, given, shown=shown)
    _refuse_missing_file(url, shown=shown)
    if url.query.get("sslrootcert") == SYSTEM and url.query.get("sslmode") not in {
        None,
        "verify-full",
    }:
        message = "sslrootcert=system goes with sslmode=verify-full, which it means by itself"
        raise ValueError(message)


def _refuse_unknown(name: str, value: object, *, shown: bool) -> None:
    """The driver would refuse it, or pass it on to a server that does."""
    if name not in OPTIONS:
        plain = shown and re.fullmatch(r"\w{1,40}", name)
        told = name if plain else "what follows the question mark"
        message = (
            f"the driver has no option {told}; settings of the server go into one: "
            "?options=-c%20search_path%3Dshop"
        )
        raise ValueError(message)
    choices = CHOICES.get(name)
    if choices and value not in choices:
        other = f", not {str(value)[:20]!r}" if shown else ""
        message = f"{name} must be one of {', '.join(choices)}{other}"
        raise ValueError(message)


def _refuse_missing_file(url: URL, *, shown: bool) -> None:
    """The driver tells that a file is missing, and not which."""
    for name in FILES:
        path = url.query.get(name)
        if isinstance(path, str) and path != SYSTEM and not Path(path).is_file():
            told = f": {path}" if shown else ""
            also = (
                ", or `system` for those that the machine trusts" if name == "sslrootcert" else ""
            )
            message = f"{name} names a file that is not there{told}; name another{also}"
            raise ValueError(message)
