"""Files for spreadsheets: no text in them is run as a formula, and all of it comes back."""

import csv
from typing import Any

import pytest

from chassis.csv_files.spreadsheets import guarded, unguarded
from tests.chassis.csv_files.conftest import Run, Write

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\uff1d1", "'=1", "''=1"]
OTHERS = ["", "a=1", "'a", "''", "1-1", " =1", "é"]
FILL = """
    INSERT INTO scratch.gadgets (id, name, size, notes, price, ratio, extra)
    SELECT gen_random_uuid(), 'g' || n, 1, text, -1.5, -0.5, '-5'
    FROM unnest($1::text[]) WITH ORDINALITY AS given (text, n)
"""
ALL = "SELECT * FROM scratch.gadgets ORDER BY id"


@pytest.fixture
async def filled(gadgets: Any) -> Any:
    await gadgets.execute("ALTER TABLE scratch.gadgets ALTER shape SET DEFAULT 'flat'")
    await gadgets.execute(FILL, FORMULAS + OTHERS)
    return gadgets


@pytest.mark.parametrize("text", FORMULAS)
def test_what_would_be_run_gets_an_apostrophe_and_loses_it_again(text: str) -> None:
    assert guarded(text) == f"'{text}"
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize("text", OTHERS)
def test_other_text_stays_as_it_is_both_ways(text: str) -> None:
    assert guarded(text) == unguarded(text) == text


async def test_an_export_for_spreadsheets_has_no_formula_and_plain_numbers(
    run: Run, filled: Any
) -> None:
    exported = await run("export", "gadgets", "--for-spreadsheets")

    assert exported.status == 0
    rows = list(csv.DictReader(exported.output.decode().splitlines(keepends=True)))
    assert len(rows) == len(FORMULAS + OTHERS)
    for row in rows:
        assert not row["notes"].startswith(("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d"))
        assert (row["price"], row["ratio"], row["extra"]) == ("-1.5", "-0.5", "-5")


async def test_it_is_imported_as_it_was_when_the_import_is_told(run: Run, filled: Any) -> None:
    before = await filled.fetch(ALL)
    exported = await run("export", "gadgets", "--for-spreadsheets")
    await filled.execute("TRUNCATE scratch.gadgets")

    imported = await run("import", "gadgets", "--from-spreadsheets", stdin=exported.output)

    assert imported.status == 0, imported.said
    assert await filled.fetch(ALL) == before


async def test_without_being_told_it_takes_an_apostrophe_for_text(
    run: Run, write: Write, gadgets: Any
) -> None:
    assert (await run("import", "gadgets", write("name,size", "'=1,1"))).status == 0

    assert await gadgets.fetchval("SELECT name FROM scratch.gadgets") == "'=1"


async def test_an_export_is_otherwise_as_the_text_is(run: Run, filled: Any) -> None:
    exported = await run("export", "gadgets")

    assert b",=1+1," in exported.output
