"""The order of the middleware, as documents tell it."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from starlette.middleware import Middleware

EVERY_MIDDLEWARE: dict[str, Any] = {
    "auth": {"required": True, "keys": ["a key of the tests, which nobody else should use"]},
    "cors": {"origins": ["https://a.example"]},
    "database": {"url": "postgresql://db/shop"},
    "rate": {"limit_enabled": True},
    "server": {"root_path": "/shop", "trusted_hosts": ["a.example"]},
}
"""Settings with which everything is in the stack, but what counts or traces."""


def names_of(stack: Sequence[Middleware]) -> str:
    """`drain cors security headers ...`."""
    classes = [each.cls.__name__ for each in stack]  # type: ignore[attr-defined]  # all are classes
    names = [re.sub(r"(?<=[a-z])(?=[A-Z])", " ", it.removesuffix("Middleware")) for it in classes]
    assert len(names) > 1
    return " ".join(names).lower()


def words_of(document: Path) -> str:
    """Without what stands between them: arrows, commas, ends of lines."""
    return re.sub(r"(<br/>|\W)+", " ", document.read_text(encoding="utf-8")).lower()
