"""Dates and instants."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from tools.resource.description.kinds.kind import Kind
from tools.resource.description.kinds.scale import Scale

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


def day(_: str, __: Sequence[str]) -> Kind:
    return Kind(
        python="date",
        body="Day",
        examples=('"2026-01-31"', '"2026-02-28"', '"2026-03-31"'),
        wrong=('"2026-02-30"', '"2026-01-31T12:00:00Z"', '"yesterday"', "0"),
        sortable=True,
        ranged=True,
        scale=Scale(
            read=_read_day,
            least=date.min,
            most=date.max,
            unit=28 * DAY,
            half=lambda distance: distance // 2,
            below=lambda value: value - DAY,
            above=lambda value: value + DAY,
            text=date.isoformat,
            python=lambda value: f"date({value.year}, {value.month}, {value.day})",
            sql="'{}'",
            json='"{}"',
        ),
    )


def _read_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        message = "a date such as 2026-01-31"
        raise ValueError(message) from None


def instant(_: str, __: Sequence[str]) -> Kind:
    return Kind(
        python="datetime",
        body="Instant",
        examples=('"2026-01-31T12:00:00Z"', '"2026-02-28T12:00:00Z"', '"2026-03-31T12:00:00Z"'),
        wrong=('"2026-01-31T12:00:00"', '"2026-01-31"', '"now"', "0"),
        sortable=True,
        ranged=True,
        scale=Scale(
            read=_read_instant,
            least=datetime.min.replace(tzinfo=UTC) + SECOND,
            most=datetime.max.replace(tzinfo=UTC, microsecond=0) - SECOND,
            unit=DAY,
            half=lambda distance: distance // 2,
            below=lambda value: value - SECOND,
            above=lambda value: value + SECOND,
            text=_in_utc,
            python=_source,
            sql="'{}'",
            json='"{}"',
        ),
    )


def _read_instant(text: str) -> datetime:
    try:
        read = datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        read = None
    if read is None or read.microsecond or not re.search(r"(Z|[+-]\d\d:\d\d)$", text):
        message = "a whole second in quotes, with its offset, such as '2026-01-31T12:00:00Z'"
        raise ValueError(message)
    return read


def _in_utc(value: datetime) -> str:
    return value.isoformat().replace("+00:00", "Z")


def _source(value: datetime) -> str:
    parts = ", ".join(map(str, value.timetuple()[:6]))
    return f"datetime({parts}, tzinfo=UTC)"
