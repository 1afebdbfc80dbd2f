"""What a client knows and schemathesis would make up: it loads this module by its path."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

import schemathesis

KNOWN: Mapping[str, Callable[[], str]] = {
    "Idempotency-Key": lambda: str(uuid4()),
    "If-Match": lambda: "*",
}


@schemathesis.hook  # type: ignore[untyped-decorator]  # it has an environment of its own
def before_call(_: object, case: Any, __: object) -> None:  # noqa: ANN401  as there
    """Each body has a key of its own, and a change the version that is there.

    Where something is wrong on purpose it stays so.
    """
    if case.meta is not None and case.meta.generation.mode.value == "positive":
        for name in KNOWN.keys() & case.headers.keys():
            case.headers[name] = KNOWN[name]()
