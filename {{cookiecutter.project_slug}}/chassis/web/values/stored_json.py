"""Which JSON a jsonb column holds."""

import math
from decimal import Decimal
from typing import Any

MAX_DEPTH = 32


def storable(value: Any) -> Any:
    """Raises ValueError."""
    pending = [(value, 1)]
    while pending:
        item, depth = pending.pop()
        if depth > MAX_DEPTH:
            message = f"Input should be nested at most {MAX_DEPTH} deep"
            raise ValueError(message)
        if isinstance(item, dict):
            pending += [(part, depth + 1) for pair in item.items() for part in pair]
        elif isinstance(item, list):
            pending += [(part, depth + 1) for part in item]
        elif fault := _fault(item):
            message = f"Input should not hold {fault}"
            raise ValueError(message)
    return value


def _fault(item: object) -> str | None:
    if isinstance(item, float) and not math.isfinite(item):
        return "NaN or Infinity"
    if isinstance(item, str) and ("\0" in item or (not item.isascii() and _has_surrogate(item))):
        return "NUL or lone surrogates"
    if isinstance(item, int) and not -(2**63) <= item < 2**63 and not _is_written_out(item):
        return "integers beyond 64 bits"
    return None


def _is_written_out(number: int) -> bool:
    """Whether it is what jsonb makes of a float: of 1e19, a one with all its zeros."""
    try:
        return Decimal(repr(float(number))) == number
    except OverflowError:
        return False


def _has_surrogate(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)
