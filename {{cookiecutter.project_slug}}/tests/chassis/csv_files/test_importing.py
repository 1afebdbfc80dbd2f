"""What an import stores."""

from typing import Any

import pytest

from tests.chassis.csv_files.conftest import Run, Write
from tests.chassis.csv_files.outcomes import names


async def test_every_kind_of_value_arrives(run: Run, write: Write, gadgets: Any) -> None:
    file = write(
        "name,size,notes,big,ratio,price,ready,seen_at,day,shape,extra,tags",
        'lamp,7,"two\nlines",9007199254740993,0.1,12.50,TRUE,2026-01-31T12:00:00+02:00,2026-01-31,'
        'round,"{""a"": [1, null]}","[""x"", ""y""]"',
    )

    ended = await run("import", "gadgets", file)

    assert (ended.status, ended.output) == (0, b"")
    row = await gadgets.fetchrow("SELECT * FROM scratch.gadgets")
    assert (row["name"], row["size"], row["notes"]) == ("lamp", 7, "two\nlines")
    assert (row["big"], row["ratio"], str(row["price"])) == (9007199254740993, 0.1, "12.50")
    assert (row["ready"], row["shape"], row["tags"]) == (True, "round", ["x", "y"])
    assert row["seen_at"].isoformat() == "2026-01-31T10:00:00+00:00"
    assert row["day"].isoformat() == "2026-01-31"
    assert row["extra"] == '{"a": [1, null]}'
    assert (row["version"], row["doubled"], row["id"].version) == (1, 14, 7)
    assert row["created_at"] is not None


async def test_an_empty_cell_is_nothing_and_an_empty_text_stands_in_quotes(
    run: Run, write: Write, gadgets: Any
) -> None:
    file = write(
        "name,size,notes,shape,rank,big",
        'a,1,,,,""',
        'b,2,"",round,5,""',
        '"c ""x""",3,"",,,7',
    )

    assert (await run("import", "gadgets", file)).status == 0

    rows = await gadgets.fetch("SELECT * FROM scratch.gadgets ORDER BY size")
    assert [row["notes"] for row in rows] == [None, "", ""]
    assert [row["shape"] for row in rows] == ["flat", "round", "flat"]
    assert [row["rank"] for row in rows] == [None, 5, None]
    assert [row["big"] for row in rows] == [None, None, 7]
    assert rows[2]["name"] == 'c "x"'


async def test_keys_and_times_of_another_system_are_taken(
    run: Run, write: Write, gadgets: Any
) -> None:
    later, earlier = "2199-12-31T12:00:00Z", "1999-12-31T12:00:00Z"
    key = "a8098c1a-f86e-11da-bd1a-00112444be1e"  # of version 1
    file = write("name,size,id,created_at,updated_at,version", f"a,1,{key},{later},{earlier},7")

    assert (await run("import", "gadgets", file)).status == 0

    row = await gadgets.fetchrow("SELECT * FROM scratch.gadgets")
    assert (str(row["id"]), row["version"]) == (key, 7)
    assert (row["created_at"].year, row["updated_at"].year) == (2199, 1999)


async def test_text_is_composed_as_the_api_does(run: Run, write: Write, gadgets: Any) -> None:
    file = write("name,size,extra,tags", 'cafe\u0301,1,"""e\u0301""","[""e\u0301""]"')

    assert (await run("import", "gadgets", file)).status == 0

    row = await gadgets.fetchrow("SELECT * FROM scratch.gadgets")
    assert (row["name"], row["extra"], row["tags"]) == ("caf\u00e9", '"e\u0301"', ["\u00e9"])


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
async def test_the_ends_of_lines_and_a_byte_order_mark_do_not_matter(
    run: Run, gadgets: Any, ends: str, mark: bytes
) -> None:
    text = ends.join(["name,size", "a,1", "", "b,2"])  # a blank line, and none at the end

    ended = await run("import", "gadgets", "-", stdin=mark + text.encode())

    assert ended.status == 0
    assert ended.said.startswith("2 rows stored; ")
    assert await names(gadgets) == ["a", "b"]


async def test_rows_may_refer_to_later_ones_where_the_constraint_is_deferred(
    run: Run, write: Write, gadgets: Any
) -> None:
    key = "01a1fc9b-9019-7ee1-abc2-62c755bdab72"
    file = write("id,name,size,part_of", f",a,1,{key}", f"{key},b,1,")

    assert (await run("import", "gadgets", file)).status == 0
    assert sorted(await names(gadgets)) == ["a", "b"]


async def test_a_dry_run_does_everything_and_stores_nothing(
    run: Run, write: Write, gadgets: Any
) -> None:
    file = write("name,size", *(f"g{n},1" for n in range(10)))

    ended = await run("import", "gadgets", file, "--dry-run", "--batch", 3)

    assert ended.status == 0
    assert ended.said.startswith("10 rows could be stored; nothing was; ")
    assert await names(gadgets) == []

    file = write("name,size", *(f"g{n},1" for n in range(10)), "g0,1")
    ended = await run("import", "gadgets", file, "--dry-run", "--batch", 3)

    assert "line 12: There is one with the same unique value." in ended.said


@pytest.mark.parametrize("batch", [[], ["--batch", "10"]])
async def test_a_long_copy_outlives_the_timeout_of_statements(
    run: Run, write: Write, gadgets: Any, monkeypatch: pytest.MonkeyPatch, batch: list[str]
) -> None:
    monkeypatch.setenv("DATABASE_STATEMENT_TIMEOUT", "0.1")
    await gadgets.execute("""
        CREATE FUNCTION scratch.slow() RETURNS trigger LANGUAGE plpgsql AS
            'BEGIN PERFORM pg_sleep(0.3); RETURN NEW; END';
        CREATE TRIGGER slow BEFORE INSERT ON scratch.gadgets
            FOR EACH ROW EXECUTE FUNCTION scratch.slow();
    """)

    ended = await run("import", "gadgets", write("name,size", "a,1"), *batch)

    assert ended.said.startswith("1 rows stored")
    assert await names(gadgets) == ["a"]
