"""Pages: in order, without gaps, and a cursor that only fits where it came from."""

import base64
from typing import Any

import orjson
import pytest
from sqlalchemy.exc import DBAPIError

from chassis.database.failures import problem_from
from chassis.database.paging.keyset import Page
from chassis.database.session import Database
from chassis.problems import InvalidRequest, NotFound
from tests.chassis.database.things import Colour, Thing, ThingRepository, create_things

SIZES = {"a": 3, "b": 1, "c": 2, "d": 1, "e": 2, "f": 1, "g": 3}
NOWHERE = "00000000-0000-7000-8000-000000000000"


@pytest.fixture
async def things(scratch: Any, database: Database) -> Any:
    """Seven things of three sizes and two colours."""
    await create_things(database)
    async with database.transaction() as session:
        for name, size in SIZES.items():
            colour = Colour.RED if name < "d" else Colour.DARK_BLUE
            session.add(Thing(name=name, size=size, colour=colour))
    return scratch


async def page(
    database: Database, sort: str, cursor: str | None = None, limit: int = 2, **more: Any
) -> Page[Thing]:
    async with database.reading() as session:
        found = ThingRepository(session).page(sort=sort, limit=limit, cursor=cursor, **more)
        return await found


async def all_names(database: Database, sort: str, limit: int) -> str:
    names, cursor = "", None
    while True:
        found = await page(database, sort, cursor, limit)
        names += "".join(thing.name for thing in found.items)
        assert len(found.items) == limit or found.next_cursor is None
        if (cursor := found.next_cursor) is None:
            return names


def written(*place: object) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(place)).rstrip(b"=").decode()


@pytest.mark.usefixtures("things")
@pytest.mark.parametrize("limit", [1, 2, 6, 7, 8])
@pytest.mark.parametrize(
    ("sort", "names"),
    [
        ("id", "abcdefg"),
        ("-id", "gfedcba"),
        ("name", "abcdefg"),
        ("-name", "gfedcba"),
        ("size", "bdfceag"),
        ("-size", "gaecfdb"),
        ("colour", "defgabc"),
        ("-colour", "cbagfed"),
        ("created_at", "abcdefg"),
        ("-created_at", "gfedcba"),
    ],
)
async def test_pages_together_are_the_whole_list_in_order(
    database: Database, sort: str, names: str, limit: int
) -> None:
    assert await all_names(database, sort, limit) == names


@pytest.mark.usefixtures("things")
async def test_a_filter_holds_on_every_page(database: Database) -> None:
    where = [Thing.size < 3]
    first = await page(database, "name", where=where, limit=3)
    second = await page(database, "name", first.next_cursor, where=where, limit=3)

    names = [thing.name for thing in (*first.items, *second.items)]
    assert (names, second.next_cursor) == (list("bcdef"), None)


async def test_rows_that_come_and_go_move_no_other_row(things: Any, database: Database) -> None:
    first = await page(database, "name", limit=3)
    await things.execute("UPDATE scratch.things SET name = 'aa' WHERE name = 'g'")
    await things.execute("DELETE FROM scratch.things WHERE name IN ('b', 'c')")  # c: the cursor's
    await create_things(database, "bb", "dd")

    rest = await page(database, "name", first.next_cursor, limit=10)

    assert [thing.name for thing in first.items] == list("abc")
    assert [thing.name for thing in rest.items] == ["d", "dd", "e", "f"]


@pytest.mark.usefixtures("scratch")
async def test_an_empty_list_has_one_empty_page(database: Database) -> None:
    await create_things(database)

    assert await page(database, "id") == Page([], None)


@pytest.mark.usefixtures("things")
async def test_an_unknown_column_is_refused_by_name(database: Database) -> None:
    with pytest.raises(InvalidRequest, match="sort by one of: id, name, size") as refused:
        await page(database, "-colou" + "r" * 100)

    assert refused.value.errors[0]["loc"] == ["query", "sort"]
    assert len(str(refused.value)) < 150


@pytest.mark.usefixtures("things")
@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "!",
        "é",
        "\ud800",
        "a",
        "YQ",
        written(),
        written("size", 1),
        written("name", "a", NOWHERE),
        written("-size", 1, NOWHERE),
        written("size", "one", NOWHERE),
        written("size", None, NOWHERE),
        written("size", [1], NOWHERE),
        written("size", 1, "nowhere"),
        written("size", 1, None),
        written("size", 1, NOWHERE, 1),
        base64.b64encode(b"[" * 5_000).decode(),
    ],
)
async def test_a_cursor_from_elsewhere_leads_nowhere(database: Database, cursor: str) -> None:
    with pytest.raises(NotFound, match="no such page") as refused:
        await page(database, "size", cursor)

    assert refused.value.errors[0]["loc"] == ["query", "cursor"]


@pytest.mark.usefixtures("things")
@pytest.mark.parametrize(
    ("sort", "value"),
    [("size", 2**63), ("name", "\0"), ("created_at", "0001-01-01T00:00:00+14:00")],
)
async def test_a_forged_value_that_no_column_can_hold_is_the_clients_fault(
    database: Database, sort: str, value: object
) -> None:
    with pytest.raises(DBAPIError) as refused:
        await page(database, sort, written(sort, value, NOWHERE))

    assert problem_from(refused.value).status == 422
