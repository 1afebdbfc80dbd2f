"""What an import stores, what it refuses, and what it says."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer
from sqlalchemy import text
from typer.testing import CliRunner

from app.csv_files import importing
from app.csv_files.commands import add_commands
from app.csv_files.resource import Resource
from app.web.types import Input
from tests.csv_files.conftest import Run
from tests.csv_files.gadgets import Gadget

Write = Callable[..., Path]
TAKEN = (
    "line {line}: There is one with the same unique value. Constraint: uq_gadgets_name. "
    "Key (name)=({name}) already exists."
)
NAME_PATTERN = r"line 8, name: String should match pattern '^[^\x00]*[^\x00-\x20][^\x00]*$'"
UNSURE = (
    "It broke off during COMMIT: lines 7 to 11 may be stored or not. Look for them; go on with "
    "--from-line 7 if they are not, 12 if they are."
)


async def names(gadgets: Any) -> list[str]:
    return [
        row["name"] for row in await gadgets.fetch("SELECT name FROM scratch.gadgets ORDER BY id")
    ]


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


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            b"",
            "the file is empty: the first line names the columns, and gadgets needs 'name', 'size'",
        ),
        (
            b"name,weight,size\n",
            (
                "line 1: the first line names the columns, and gadgets does not know 'weight'; "
                "there are: id, name"
            ),
        ),
        (b"name\n", "gadgets needs 'size'"),
        (b"name,size,name\n", "gadgets may have only once 'name'"),
        (b"name;size\n", "does not know 'name;size', needs 'name', 'size'; there are: "),
        (b"name,size,\n", "does not know ''"),
        (b"name,size,doubled\n", "does not know 'doubled'"),
        (
            b"name,size\na,1\n\nb\xe9,1\n",
            "line 4: this is not UTF-8 (byte 0xE9 at position 2); save the file as UTF-8",
        ),
        ("name,size\n".encode("utf-16"), "line 1: this is not UTF-8 (byte 0xFF at position 1)"),
        (
            b'name,size\na,1\n"b\nb,1\n',
            "line 3: this is not CSV (unexpected end of data); is a quotation mark missing?",
        ),
        (b'name,size\n"a"b,1\n', "line 2: this is not CSV (',' expected after '\"')"),
    ],
)
async def test_a_file_that_cannot_be_read_is_refused_in_a_sentence(
    run: Run, gadgets: Any, text: bytes, message: str
) -> None:
    ended = await run("import", "gadgets", stdin=text)

    assert ended.status == 1
    assert message in ended.said
    assert ended.said.endswith("Nothing was stored.\n")
    assert await names(gadgets) == []


async def test_every_wrong_cell_is_told_with_line_column_value_and_reason(
    run: Run, write: Write, gadgets: Any
) -> None:
    file = write(
        "name,size,ready,extra,ratio,id",
        "a,1,,,,",
        '"two\nlines",-1,maybe,,,',
        ",x,,,nan,",
        "b,1_000,,{,,",
        "c,1",
        f"{'d' * 100}\0,1,,,x,7",
    )

    ended = await run("import", "gadgets", file)

    assert ended.status == 1
    assert ended.said.splitlines() == [
        "line 3, size: Input should be greater than or equal to 0 (it is '-1')",
        "line 3, ready: Input should be a valid boolean (it is 'maybe')",
        "line 5, name: Field required",
        "line 5, size: Input should be a valid integer (it is 'x')",
        "line 5, ratio: Input should be a finite number (it is 'nan')",
        "line 6, extra: it should be JSON (it is '{')",
        "line 7: it has 2 cells and the header 6",
        NAME_PATTERN + f" (it is '{'d' * 60}...')",
        "line 8, ratio: Input should be a valid number (it is 'x')",
        "line 8, id: Input should be a valid UUID, invalid length: found 1 (it is '7')",
        "Nothing was stored.",
    ]
    assert await names(gadgets) == []


async def test_of_many_faults_the_first_are_told_and_all_are_counted(
    run: Run, write: Write, gadgets: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "CHUNK", 3)
    file = write("name,size", "fine,1", *(f"g{number},-1" for number in range(50)))

    ended = await run("import", "gadgets", file)

    lines = ended.said.splitlines()
    assert len(lines) == 22
    assert lines[19].startswith("line 22, size")
    assert lines[20:] == ["... and 30 more faults.", "Nothing was stored."]


async def test_faults_before_the_place_where_reading_ends_are_told_too(
    run: Run, gadgets: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = b"name,size\na,1\nb,-1\nc,1\nd\xff,1\n"
    for chunk in (1, 100):
        monkeypatch.setattr(importing, "CHUNK", chunk)

        lines = (await run("import", "gadgets", stdin=text)).said.splitlines()

        assert [line[:12] for line in lines] == ["line 3, size", "line 5: this", "Nothing was "]


async def test_reading_may_end_in_a_later_chunk_than_the_first_fault(
    run: Run, gadgets: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "CHUNK", 2)

    ended = await run("import", "gadgets", stdin=b"name,size\na,-1\nb,1\nc,1\nd,1\ne,1\nf\xff,1\n")

    lines = ended.said.splitlines()
    assert [line[:12] for line in lines] == ["line 2, size", "line 7: this", "Nothing was "]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (
            "g3,1",
            TAKEN.format(line=12, name="g3"),
        ),
        ("x,1000", "line 12: A value breaks a rule. Constraint: ck_gadgets_size_small."),
    ],
)
async def test_what_postgresql_refuses_is_told_with_its_line_and_constraint(
    run: Run, write: Write, gadgets: Any, monkeypatch: pytest.MonkeyPatch, row: str, message: str
) -> None:
    monkeypatch.setattr(importing, "CHUNK", 4)
    file = write("name,size", '"two\nlines",1', *(f"g{n},1" for n in range(8)), row, "y,1")

    ended = await run("import", "gadgets", file)

    assert ended.status == 1
    assert message in ended.said
    assert ended.said.endswith("Nothing was stored.\n")
    assert await names(gadgets) == []


@pytest.mark.parametrize("flag", ["--dry-run", "--batch=100"])
async def test_a_deferred_constraint_is_checked_before_commit(
    run: Run, write: Write, gadgets: Any, flag: str
) -> None:
    file = write("name,size,part_of", f"a,1,{'0' * 32}")

    ended = await run("import", "gadgets", file, flag)

    assert ended.status == 1
    assert "Constraint: fk_gadgets_part_of. Key (part_of)=" in ended.said
    assert await names(gadgets) == []


async def test_rows_may_refer_to_later_ones_where_the_constraint_is_deferred(
    run: Run, write: Write, gadgets: Any
) -> None:
    key = "01a1fc9b-9019-7ee1-abc2-62c755bdab72"
    file = write("id,name,size,part_of", f",a,1,{key}", f"{key},b,1,")

    assert (await run("import", "gadgets", file)).status == 0
    assert sorted(await names(gadgets)) == ["a", "b"]


async def test_a_broken_rule_without_a_line_is_told_with_the_lines_it_is_among(
    run: Run, write: Write, gadgets: Any
) -> None:
    await gadgets.execute(
        "ALTER TABLE scratch.gadgets ALTER CONSTRAINT fk_gadgets_part_of NOT DEFERRABLE"
    )
    file = write("name,size,part_of", "a,1,", f"b,1,{'0' * 32}", "c,1,")

    ended = await run("import", "gadgets", file)

    assert ended.said.startswith("lines 2 to 4: It refers to something missing")


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


async def test_batches_before_a_failure_stay_and_it_says_where_to_go_on(
    run: Run, write: Write, gadgets: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "CHUNK", 2)  # smaller than a batch, and no divisor of it
    rows = ['"g\n0",1', "", *(f"g{n},1" for n in range(1, 12))]
    file = write("name,size", *rows, "g5,1", "h,1")

    ended = await run("import", "gadgets", file, "--batch", 5)

    assert ended.status == 1
    assert ended.said.splitlines() == [
        TAKEN.format(line=16, name="g5"),
        "10 rows were stored, those before line 14. Go on with --batch 5 --from-line 14",
    ]
    assert await names(gadgets) == ["g\n0", *(f"g{n}" for n in range(1, 10))]

    file = write("name,size", *rows, "g12,1", "h,1")
    ended = await run("import", "gadgets", file, "--batch", 5, "--from-line", 14)

    assert ended.status == 0
    assert ended.said.startswith("4 rows stored; ")
    assert await names(gadgets) == ["g\n0", *(f"g{n}" for n in range(1, 13)), "h"]


async def test_faults_in_a_later_batch_are_all_told_and_nothing_after_them_is_stored(
    run: Run, write: Write, gadgets: Any
) -> None:
    file = write("name,size", "a,1", "b,1", "c,-1", "d,1", "e,1", "f,-1")

    ended = await run("import", "gadgets", file, "--batch", 2)

    assert [line[:7] for line in ended.said.splitlines()] == ["line 4,", "line 7,", "2 rows "]
    assert ended.said.endswith("Go on with --batch 2 --from-line 4\n")
    assert await names(gadgets) == ["a", "b"]


async def test_it_does_not_go_on_in_the_middle_of_a_row(
    run: Run, write: Write, gadgets: Any
) -> None:
    file = write("name,size", '"two\nlines",1', "b,1")

    ended = await run("import", "gadgets", file, "--from-line", 3)

    assert ended.said.startswith("line 3 is inside of a row, which begins at line 2\n")
    assert await names(gadgets) == []


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


CUT = """
    CREATE FUNCTION scratch.cut() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END';
    CREATE {} TRIGGER cut {} ON scratch.gadgets {}
        FOR EACH ROW WHEN (NEW.name = 'g7') EXECUTE FUNCTION scratch.cut();
"""


@pytest.mark.parametrize(
    ("batch", "standing", "stored"),
    [
        ([], "Nothing was stored.", 0),
        (
            ["--batch", "5"],
            "5 rows were stored, those before line 7. Go on with --batch 5 --from-line 7",
            5,
        ),
    ],
)
async def test_a_connection_that_breaks_is_told_and_stores_nothing_of_its_transaction(
    run: Run, write: Write, gadgets: Any, batch: list[str], standing: str, stored: int
) -> None:
    await gadgets.execute(CUT.format("", "BEFORE INSERT", ""))
    file = write("name,size", *(f"g{n},1" for n in range(10)))

    ended = await run("import", "gadgets", file, *batch)

    assert ended.status == 1
    first, second = ended.said.splitlines()
    assert first.startswith("The database cannot be reached, or the connection broke: ")
    assert second == standing
    assert len(await names(gadgets)) == stored


async def test_a_connection_that_breaks_during_commit_leaves_the_outcome_unknown(
    run: Run, write: Write, gadgets: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The constraint is deferred, and checked by COMMIT alone when nobody asks before.
    monkeypatch.setattr(importing, "CHECK_NOW", text("SELECT 1"))
    deferred = "DEFERRABLE INITIALLY DEFERRED"
    await gadgets.execute(CUT.format("CONSTRAINT", "AFTER INSERT", deferred))
    file = write("name,size", *(f"g{n},1" for n in range(10)))

    ended = await run("import", "gadgets", file, "--batch", "5")

    assert ended.status == 1
    assert ended.said.splitlines() == [
        "The connection to the database broke during the commit. Check before you try again.",
        UNSURE,
    ]
    assert len(await names(gadgets)) == 5


async def test_a_database_that_is_away_is_told(
    run: Run, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://a:b@127.0.0.1:1/nowhere")
    for command in ("import", "export"):
        ended = await run(command, "gadgets", write("name,size", "a,1"))

        assert ended.status == 1
        assert ended.said.startswith("The database cannot be reached, or the connection broke: ")
        assert "ConnectionRefusedError" in ended.said


async def test_what_only_postgresql_knows_to_be_wrong_is_told_in_its_words(
    run: Run, write: Write, gadgets: Any
) -> None:
    await gadgets.execute("ALTER TABLE scratch.gadgets DROP COLUMN rank")

    ended = await run("import", "gadgets", write("name,size,rank", "a,1,1"))

    assert ended.status == 1
    assert 'column "rank" does not exist' in ended.said


async def test_a_file_that_does_not_exist_is_told(run: Run) -> None:
    ended = await run("import", "gadgets", "nowhere.csv")

    assert (ended.status, ended.said) == (1, "nowhere.csv: No such file or directory\n")


async def test_an_unknown_resource_is_told_with_those_that_are_known(run: Run) -> None:
    ended = await run("import", "gadgetz")

    assert ended.status == 2
    said = " ".join(ended.said.replace("│", " ").split())
    assert "'gadgetz' is no resource to import or export; there are: gadgets. Add" in said
    assert "app/transfers.py" in said


def test_a_service_without_resources_says_where_to_add_one(monkeypatch: pytest.MonkeyPatch) -> None:
    empty = typer.Typer()
    add_commands(empty, [])

    result = CliRunner().invoke(empty, ["import", "products"])

    said = " ".join(result.stderr.replace("│", " ").split())
    assert "there is none yet. Add it to app/transfers.py." in said


def test_a_schema_that_is_no_line_of_a_file_is_refused() -> None:
    class Nested(Input):
        name: str
        lines: list[str]

    with pytest.raises(TypeError, match="Nested cannot be a line of a file: lines is no column"):
        Resource("gadgets", Gadget, Nested)
