"""Whether a log line has to be searched at all: most are harmless, and each request writes one."""

from collections.abc import Mapping
from functools import lru_cache

from chassis.redaction.names import names_key, names_secret
from chassis.redaction.texts import has_one, may_hold_secret

SIGNS = (" ", "=", "'", "\\", "[")
STARTS_BY_LETTER = {
    "J": ("eyJ",),
    "g": ("gh", "glpat-", "github_pat_"),
    "k": ("sk-", "sk_", "rk_"),
    "w": ("whsec_",),
    "x": ("xox", "xapp-"),
    "z": ("AIza",),
}
"""One of these or of SIGNS, or a colon, is in the JSON of every value in which there is something
to hide. The letters are rare in the lines of requests."""
COLONS_OF_TIME = 2


def has_to_be_searched(event: Mapping[str, object], line: str) -> bool:
    """`line` is the event in JSON, with its time.

    Where there are no more colons than names and time need, values have none and are not nested.
    """
    return (
        line.count(":") != len(event) + COLONS_OF_TIME
        or _one_is_secret(tuple(event))
        or any(map(line.__contains__, SIGNS))
        or has_one(line, STARTS_BY_LETTER)
    ) and may_hold_secret(line)


@lru_cache(maxsize=1_024)
def _one_is_secret(names: tuple[str, ...]) -> bool:
    return any(names_secret(name) or names_key(name) for name in names)
