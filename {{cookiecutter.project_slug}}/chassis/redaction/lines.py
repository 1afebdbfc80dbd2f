"""Whether a log line has to be searched at all: most are harmless, and each request writes one."""

from collections.abc import Mapping
from functools import lru_cache

from chassis.redaction.names import names_key, names_secret
from chassis.redaction.texts import may_hold_secret

COLONS_OF_TIME = 2


def has_to_be_searched(event: Mapping[str, object], line: str) -> bool:
    """`line` is the event in JSON, with its time.

    Where there are no more colons than names and time need, values have none and are not nested.
    """
    return (
        line.count(":") != len(event) + COLONS_OF_TIME
        or _one_is_secret(tuple(event))
        or _has_sign(line)
    ) and may_hold_secret(line)


def _has_sign(line: str) -> bool:
    """One of these, or a colon, is in the JSON of every value in which there is something to hide.

    The letters are rare in the lines of requests. Written out: loops take four times as long.
    """
    return (
        (" " in line or "=" in line or "'" in line or "\\" in line or "[" in line)
        or ("J" in line and "eyJ" in line)
        or ("g" in line and ("gh" in line or "glpat-" in line or "github_pat_" in line))
        or ("k" in line and ("sk-" in line or "sk_" in line or "rk_" in line))
        or ("k" in line and ("apikey_" in line or "rtoken_" in line))
        or ("w" in line and "whsec_" in line)
        or ("x" in line and ("xox" in line or "xapp-" in line))
        or ("z" in line and "AIza" in line)
    )


@lru_cache(maxsize=1_024)
def _one_is_secret(names: tuple[str, ...]) -> bool:
    return any(names_secret(name) or names_key(name) for name in names)
