"""Pages sorted by a column of any type: every value comes back from a cursor as it went."""

import base64
import zlib
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Any
from uuid import UUID

import orjson
import pytest
from pydantic import ValidationError
from sqlalchemy import (
    BigInteger,
    DateTime,
    Index,
    Numeric,
    String,
    Uuid,
)
from sqlalchemy import Enum as EnumType
from sqlalchemy.dialects.postgresql import REAL
from sqlalchemy.orm import (
    Mapped,
    mapped_column,
)

from chassis.database.model import text_enum
from chassis.database.paging.cursors import LONGEST_CURSOR
from chassis.database.paging.keyset import KEY, LIMIT, VALUE, Order
from chassis.database.repository import Repository
from chassis.database.session import Database
from chassis.problems import NotFound
from chassis.web.pagination import PageQuery
from tests.chassis.database.things import Scratch


class Mood(StrEnum):
    WELL = "well"
    ALL_WELL = "all well"


class Rank(Enum):
    LOW = 2
    HIGH = "1"


class Sample(Scratch):
    __tablename__ = "samples"
    __table_args__ = (Index(None, "story", "id"),)

    flag: Mapped[bool]
    small: Mapped[int]
    big: Mapped[int] = mapped_column(BigInteger)
    ratio: Mapped[float]
    real: Mapped[float] = mapped_column(REAL)
    exact: Mapped[Decimal] = mapped_column(Numeric)
    money: Mapped[Decimal] = mapped_column(Numeric(20, 8))
    code: Mapped[str] = mapped_column(String(600))
    story: Mapped[str]
    mood: Mapped[Mood] = mapped_column(text_enum(Mood))
    native: Mapped[Mood] = mapped_column(EnumType(Mood, schema="scratch"))
    rank: Mapped[Rank] = mapped_column(EnumType(Rank, native_enum=False, length=4))
    choice: Mapped[str] = mapped_column(EnumType("b", "a", native_enum=False, length=1))
    instant: Mapped[datetime]
    local: Mapped[datetime] = mapped_column(DateTime(timezone=False))
    day: Mapped[date]
    hour: Mapped[time]
    owner: Mapped[UUID]
    named: Mapped[str] = mapped_column(Uuid(as_uuid=False))


def mixed(characters: str, length: int) -> str:
    """Hard to compress."""
    return "".join(characters[n * n * 7919 % 65_537 % len(characters)] for n in range(length))


LONGEST: dict[str, list[str]] = {
    "code": [mixed(characters, 600) for characters in ("ab", '"\\', "\x01\x1f", "😀é€")],
    "story": [
        mixed("".join(map(chr, range(0x1F300, 0x1F600))), 660),
        mixed("\x01\x02\x1f\n\t", 2_600),
        "x" * 100_000,
        "",
    ],
}
INSTANTS = [
    datetime.min.replace(tzinfo=UTC),  # the driver's way to say -infinity
    datetime.max.replace(tzinfo=UTC),
    datetime(1, 1, 1, 0, 0, 0, 1, tzinfo=UTC),
    datetime(2026, 1, 31, 12, 0, 0, 1, tzinfo=timezone(timedelta(hours=5, minutes=30))),
    datetime(2026, 1, 31, 6, 30, tzinfo=UTC),
]
VALUES: dict[str, list[Any]] = {
    "flag": [True, False],
    "small": [-(2**31), 2**31 - 1, 0, -1, 0],
    "big": [-(2**63), 2**63 - 1, 2**53 + 1, 0],
    "ratio": [0.1, -0.0, 0.0, 5e-324, 1e300, -1e-300, float("nan"), float("inf"), float("-inf")],
    "real": [0.1, 16777216.0, float("nan"), -0.5],
    "exact": [
        Decimal(v) for v in ("NaN", "Infinity", "-Infinity", "1E-40", "1E+40", "1.10", "1.1", "0")
    ],
    "money": [Decimal(v) for v in ("0", "0.00000001", "-0.00000001", "999999999999.99999999")],
    **LONGEST,
    "mood": list(Mood),
    "native": list(Mood),
    "rank": list(Rank),
    "choice": ["a", "b"],
    "instant": INSTANTS,
    "local": [each.replace(tzinfo=None) for each in INSTANTS],
    "day": [date.min, date.max, date(2026, 1, 31)],
    "hour": [time(23, 59, 59, 999_999), time(0), time(12, 0, 0, 1)],
    "owner": [UUID(int=2**128 - 1), UUID(int=0)],
    "named": ["ffffffff-0000-4000-8000-00000000000f", "00000000-0000-4000-8000-000000000000"],
}


class SampleRepository(Repository[Sample]):
    model = Sample
    sorts = {name: getattr(Sample, name) for name in VALUES}  # noqa: RUF012


@pytest.fixture
async def samples(scratch: Any, database: Database) -> Database:
    """Twice as many rows as any column has values."""
    async with database.engine.begin() as connection:
        await connection.run_sync(Scratch.metadata.create_all)
    async with database.transaction() as session:
        session.add_all(
            Sample(**{name: values[number % len(values)] for name, values in VALUES.items()})
            for number in range(18)
        )
    return database


@pytest.mark.parametrize("sign", ["", "-"])
@pytest.mark.parametrize("name", VALUES)
async def test_pages_by_any_column_show_every_row_once(
    samples: Database, name: str, sign: str
) -> None:
    column = getattr(Sample, name)
    order = (column.desc(), Sample.id.desc()) if sign else (column, Sample.id)
    async with samples.reading() as session:
        repository = SampleRepository(session)
        expected = [
            row.id for row in await repository.entities(repository._select.order_by(*order))
        ]
        seen: list[UUID] = []
        cursor: str | None = None
        for _ in expected:
            query = PageQuery(cursor=cursor, limit=1)  # the link is one that a client may follow
            page = await repository.page(sort=sign + name, limit=1, cursor=query.cursor)
            seen += [row.id for row in page.items]
            cursor = page.next_cursor

    assert (seen, cursor) == (expected, None)


def test_the_longest_cursor_can_be_sent() -> None:
    for name, texts in LONGEST.items():
        for long in texts:
            row = Sample(id=UUID(int=1), **{name: long})
            order = Order.parse(f"-{name}", Sample.id, SampleRepository.sorts)

            cursor = order.cursor_after(row)

            assert PageQuery(cursor=cursor).cursor == cursor
            assert order.values(cursor, 1) == {LIMIT: 1, VALUE: long, KEY: row.id}
    with pytest.raises(ValidationError):
        PageQuery(cursor="WyJ" + "x" * LONGEST_CURSOR)


@pytest.mark.parametrize(
    "packed",
    [
        b"x",
        b"xx",
        zlib.compress(b"[" * 5_000),
        zlib.compress(orjson.dumps(["story", "x" * 2_000_000, str(UUID(int=1))])),
    ],
)
def test_a_compressed_cursor_that_nobody_wrote_leads_nowhere(packed: bytes) -> None:
    cursor = base64.urlsafe_b64encode(packed).decode()

    with pytest.raises(NotFound, match="no such page"):
        Order.parse("story", Sample.id, SampleRepository.sorts).values(cursor, 1)
