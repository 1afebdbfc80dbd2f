"""`min` and `max` of `make resource`: in the schema, the database, and the tests it writes."""

import ast
import datetime as dt
import json
from decimal import Decimal
from typing import Annotated, Any

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import Field, TypeAdapter, ValidationError
from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Float,
    Integer,
    MetaData,
    Numeric,
    Table,
)

from chassis.web import types
from chassis.web.openapi.fitting import fitting
from tests.support.clients import Client
from tests.tools.marvels import FIRST, PATH
from tests.tools.refusing import refusal_of
from tools.resource.description.examples import example_of
from tools.resource.description.fields import Field as Described
from tools.resource.description.parsing import parse_field
from tools.resource.description.resource import Resource
from tools.resource.errors import Refusal

NAMES = {
    **{name: getattr(types, name) for name in types.__all__},
    "Annotated": Annotated,
    "Decimal": Decimal,
    "Field": Field,
    "UTC": dt.UTC,
    "date": dt.date,
    "datetime": dt.datetime,
}
TYPES = ("int", "bigint", "decimal(40,3)", "float", "date", "datetime")
WITHIN: dict[str, st.SearchStrategy[Any]] = {
    "int": st.integers(-(2**31), 2**31 - 1),
    "bigint": st.integers(-(2**53) + 1, 2**53 - 1),
    "decimal(40,3)": st.decimals(-(10**36), 10**36, places=3).map(lambda it: f"{it:f}"),
    "float": st.integers(-(10**300), 10**300) | st.integers(-5, 5).map(lambda it: it / 8),
    "date": st.dates(),
    "datetime": st.datetimes(dt.datetime(1, 1, 2), dt.datetime(9999, 12, 30)).map(  # noqa: DTZ001
        lambda it: f"'{it.replace(microsecond=0).isoformat()}Z'"
    ),
}
SAID = st.sampled_from(TYPES).flatmap(
    lambda kind: st.tuples(st.just(kind), *(st.none() | WITHIN[kind].map(str) for _ in range(2)))
)


def field_of(kind: str, least: str | None, most: str | None) -> Described:
    bounds = {"min": least, "max": most}
    said = "".join(f":{word}={value}" for word, value in bounds.items() if value is not None)
    return parse_field(f"a:{kind}{said}")


def shown(schema: TypeAdapter[Any]) -> Any:
    """What `/docs` fills in."""
    told = schema.json_schema()
    return told["examples"][0] if "examples" in told else fitting("a", told)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(SAID)
def test_the_schema_takes_the_examples_in_their_order_and_refuses_what_is_said_to_be_wrong(
    said: tuple[str, str | None, str | None],
) -> None:
    try:
        field = field_of(*said)
    except Refusal as refusal:
        assert "is over max" in str(refusal) or "less than three values" in str(refusal)  # noqa: PT017
        return
    schema = TypeAdapter(eval(field.kind.body, NAMES))  # noqa: S307  what the resource would import
    read = [schema.validate_python(ast.literal_eval(it)) for it in field.kind.examples]
    assert read[0] < read[1] < read[2]
    schema.validate_json(json.dumps(shown(schema)))
    for wrong in field.kind.wrong:
        if "\0" not in wrong:
            with pytest.raises(ValidationError):
                schema.validate_python(ast.literal_eval(wrong.replace("_", "")))


@pytest.mark.parametrize(
    ("field", "body", "checks", "promise"),
    [
        (
            "a:int:min=0",
            "Annotated[Int32, Field(ge=0)]",
            ["a >= 0"],
            "At least 0.",
        ),
        (
            "a:decimal(4,2):min=-0.5:max=7:unique",
            'Annotated[Decimal, Digits(4, 2), Field(ge=Decimal("-0.50"), le=7, examples=["1.00"])]',
            ["a >= -0.50", "a <= 7.00"],
            "Unique among all big things. From -0.5 to 7.",
        ),
        (
            "a:float:max=0.5",
            "Annotated[Finite, Field(le=0.5)]",
            ["a <= 0.5"],
            "At most 0.5.",
        ),
        (
            "a:date:min='1900-01-31'",
            'Annotated[Day, Field(ge=date(1900, 1, 31), examples=["2026-01-31"])]',
            ["a >= '1900-01-31'"],
            "At least 1900-01-31.",
        ),
        (
            "a:datetime:max='2026-01-31T12:00:00+02:00'",
            (
                "Annotated[Instant, Field(le=datetime(2026, 1, 31, 10, 0, 0, tzinfo=UTC), "
                'examples=["2026-01-29T10:00:00Z"])]'
            ),
            ["a <= '2026-01-31T10:00:00Z'"],
            "At most 2026-01-31T12:00:00+02:00.",
        ),
    ],
)
def test_a_bound_stands_in_the_schema_in_the_database_and_in_words(
    field: str, body: str, checks: list[str], promise: str
) -> None:
    described = parse_field(field)
    resource = Resource(plural="big_things", model="BigThing", fields=[described])

    assert described.kind.body == body
    assert [condition for _, condition in described.checks] == checks
    assert resource.promise(described) == promise


@pytest.mark.parametrize(
    ("field", "examples", "outside"),
    [
        ("a:int:min=0", "1 2 3", ["-1"]),
        ("a:int:min=1000", "1000 1001 1002", ["999"]),
        ("a:int:max=0", "-2 -1 0", ["1"]),
        ("a:int:min=-2147483648:max=2147483647", "1 2 3", []),
        ("a:decimal:min=0", '"1.00" "2.00" "3.00"', ['"-0.01"']),
        ("a:decimal:min=0:max=0.03", '"0.00" "0.01" "0.02"', ['"-0.01"', '"0.04"']),
        ("a:float:min=0:max=1", "0.0 0.5 1.0", ["-5e-324", "1.0000000000000002"]),
        (
            "a:date:max=1900-01-31",
            '"1899-12-06" "1900-01-03" "1900-01-31"',
            ['"1900-02-01"'],
        ),
    ],
)
def test_a_test_sends_what_is_within_and_what_is_just_outside(
    field: str, examples: str, outside: list[str]
) -> None:
    kind, free = parse_field(field).kind, parse_field(field.partition(":m")[0]).kind

    assert " ".join(kind.examples) == examples
    assert list(kind.wrong[len(free.wrong) :]) == outside
    assert kind.query == (free.query or free.body)


@pytest.mark.parametrize(
    ("field", "reason"),
    [
        ("a:int:min=5:max=4", "min=5 is over max=4; turn them round"),
        ("a:int:min=1:max=2", "less than three values are within min and max"),
        ("a:int:min=0.5", "min=0.5 cannot be; it has to be a whole number"),
        ("a:int:max=2147483648", "max=2147483648 cannot be; it has to be a whole number from"),
        ("a:decimal(4,2):max=100", "max=100 cannot be; it has to be a number of 4 digits, 2 of"),
        ("a:decimal(4,2):min=0.001", "min=0.001 cannot be; it has to be a number of 4 digits"),
        ("a:float:min=nan", "min=nan cannot be; it has to be a number such as 1.5"),
        ("a:date:min=today", "min=today cannot be; it has to be a date such as 2026-01-31"),
        ("a:datetime:min=2026-01-31", "a whole second in quotes, with its offset"),
        ("a:datetime:min='2026-01-31T12:00:00'", "with its offset, such as '2026"),
        ("a:datetime:min='2026-01-31T12:00:00.5Z'", "a whole second in quotes"),
        ("a:datetime:min=2026-01-31T12:00:00Z", "there is no constraint '00'"),
        ("a:datetime:max='0001-01-01T00:00:00+14:00'", "a whole second in quotes"),
        ("a:str:min=3", "a text has no min and max; say how long it may be, such as str(40)"),
        ("a:text:max=3", "a text has no min and max"),
        ("a:bool:min=1", "a field of this type has no min and max; a number, a date or a"),
        ("a:enum(b,c):max=c", "a field of this type has no min and max"),
        ("a:uuid:min=1", "a field of this type has no min and max"),
        ("a:int:min", "there is no constraint 'min'. Did you mean min=VALUE?"),
        ("a:int:ge=5", "there is no constraint 'ge'. Did you mean min=VALUE?"),
        ("a:int:maximum=5", "Did you mean max=VALUE?"),
        ("a:int:min=1:min=2", "a constraint is there twice"),
        ("a:int:min=5:default=4", "the default 4 cannot be, by min and max: it has to be at least"),
        ("a:decimal:max=1:default=1.01", "it has to be at most 1."),
        (f"a{'b' * 50}:int:max=5", "PostgreSQL takes names of 63 characters"),
    ],
)
def test_a_bound_that_cannot_be_is_refused(field: str, reason: str) -> None:
    assert reason in refusal_of("things", field)


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("stars = 0", "stars_min"),
        ("stars = 6", "stars_max"),
        ("no_fee = 100", "no_fee_max"),
        ("share = -0.5", "share_min"),
        ("since = '1899-12-31'", "since_min"),
        ("until = '2100-01-01T00:00:00Z'", "until_max"),
    ],
)
async def test_the_database_holds_it_whoever_writes(
    marvels: Client, sql: Any, change: str, constraint: str
) -> None:
    assert (await marvels.post(PATH, json=FIRST)).status_code == 201

    with pytest.raises(asyncpg.CheckViolationError, match=constraint):
        await sql.execute(f"UPDATE marvels SET {change}")


@pytest.mark.parametrize(
    ("kind", "conditions", "examples"),
    [
        (Integer(), [], ("1", "2")),
        (Integer(), ["x >= 0", "x <= 5"], ("1", "2")),
        (Integer(), ["x >= 1000"], ("1000", "1001")),
        (Numeric(6, 2), ["x >= 1000.00"], ("1000", "1001")),
        (Integer(), ["x <= -7"], ("-7", "-8")),
        (Numeric(4, 2), ["x <= 0.50"], ('Decimal("0.50")', 'Decimal("-0.50")')),
        (Numeric(3, 3), [], ('Decimal("0.001")', 'Decimal("0.002")')),
        (Numeric(12, 2), [], ("1", "2")),
        (Float(), [], ("1.5", "2.5")),
        (Float(), ["x >= 5.25"], ("5.25", "6.25")),
        (Date(), ["x >= '1900-01-31'"],
         ('date.fromisoformat("1900-01-31")', 'date.fromisoformat("1900-02-01")')),
        (DateTime(), ["x <= '2026-01-31T10:00:00Z'"],
         ('datetime.fromisoformat("2026-01-31T10:00:00+00:00")',
          'datetime.fromisoformat("2026-01-30T10:00:00+00:00")')),
        (Integer(), ["length(x) >= 5"], ("1", "2")),
    ],
)  # fmt: skip
def test_a_row_to_refer_to_keeps_within_the_type_and_the_bounds_of_each_column(
    kind: Any, conditions: list[str], examples: tuple[str, str]
) -> None:
    column: Column[Any] = Column("x", kind, unique=True)
    Table("others", MetaData(), column, *map(CheckConstraint, conditions))

    assert (example_of(column, 1), example_of(column, 2)) == examples
