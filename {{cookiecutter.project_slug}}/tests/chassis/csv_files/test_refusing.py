"""What an import refuses and in which words; nothing of it is stored."""

from typing import Any

import pytest

from chassis.csv_files import importing
from chassis.web.values.texts import VISIBLE
from tests.chassis.csv_files.conftest import Run, Write
from tests.chassis.csv_files.outcomes import TAKEN, names

NAME_PATTERN = f"line 8, name: String should match pattern '{VISIBLE}'"


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


@pytest.mark.parametrize("version", ["-3", "0", "9007199254740992", "1.5", "x"])
async def test_a_version_that_no_row_can_have_is_refused(
    run: Run, write: Write, gadgets: Any, version: str
) -> None:
    ended = await run("import", "gadgets", write("name,size,version", f"a,1,{version}"))

    assert ended.status == 1
    assert ended.said.startswith("line 2, version: Input should be ")
    assert ended.said.endswith(f"(it is '{version}')\nNothing was stored.\n")
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


async def test_a_broken_rule_without_a_line_is_told_with_the_lines_it_is_among(
    run: Run, write: Write, gadgets: Any
) -> None:
    await gadgets.execute(
        "ALTER TABLE scratch.gadgets ALTER CONSTRAINT fk_gadgets_part_of NOT DEFERRABLE"
    )
    file = write("name,size,part_of", "a,1,", f"b,1,{'0' * 32}", "c,1,")

    ended = await run("import", "gadgets", file)

    assert ended.said.startswith("lines 2 to 4: `part_of` refers to something that does not exist")


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
