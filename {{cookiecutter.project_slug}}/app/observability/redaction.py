"""Hides secrets: values whose name says so, and passwords and tokens inside texts."""

import re
from typing import Any

from structlog.typing import EventDict

_SECRET = {"api_key", "authorization", "cookie", "password", "secret", "set-cookie", "token"}
SECRET_NAMES = _SECRET | {name.title() for name in _SECRET} | {name.upper() for name in _SECRET}
MAX_DEPTH = 20
URL_PASSWORD = re.compile(r"(://[^\s:/@]{0,200}):[^\s@]{1,200}@")  # bounds keep it linear
BEARER_TOKEN = re.compile(r"\b(bearer) [\w.~+/=-]+", re.IGNORECASE)


def redact(event: EventDict) -> EventDict:
    redacted: EventDict = _redacted(event, 0)
    return redacted


def may_hold_secret(event: EventDict, line: str) -> bool:
    """Whether `redact` could change anything in the event, which `line` shows as JSON.

    Most lines are flat and harmless; to look at their JSON takes a fraction of a `redact`.
    """
    return (
        "://" in line
        or "earer " in line
        or '":[' in line
        or '":{' in line
        or not SECRET_NAMES.isdisjoint(event)
    )


def _redacted(value: Any, depth: int) -> Any:
    if depth > MAX_DEPTH:
        return "..."
    if isinstance(value, str):
        return _redacted_text(value)
    if isinstance(value, dict):
        return {
            name: "***" if name in SECRET_NAMES else _redacted(item, depth + 1)
            for name, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [_redacted(item, depth + 1) for item in value]
    return value


def _redacted_text(text: str) -> str:
    return BEARER_TOKEN.sub(r"\1 ***", URL_PASSWORD.sub(r"\1:***@", text))
