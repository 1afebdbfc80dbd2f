"""Whether a log line has to be searched at all: most are harmless, and each request writes one."""

from collections.abc import Mapping
from functools import lru_cache

from chassis.redaction.names import names_secret
from chassis.redaction.texts import may_hold_secret

SIGNS = (" ", "=", "'", "\\", "[", "eyJ", "sk-", "ghp_", "github_pat_")
"""One of these, or a colon, is in the JSON of every value in which something is hidden."""
COLONS_OF_TIME = 2


def has_to_be_searched(event: Mapping[str, object], line: str) -> bool:
    """`line` is the event in JSON, with its time.

    Where there are no more colons than names and time need, values have none and are not nested.
    """
    return (
        line.count(":") != len(event) + COLONS_OF_TIME
        or _one_is_secret(tuple(event))
        or any(map(line.__contains__, SIGNS))
    ) and may_hold_secret(line)


@lru_cache(maxsize=1_024)
def _one_is_secret(names: tuple[str, ...]) -> bool:
    return any(map(names_secret, names))
