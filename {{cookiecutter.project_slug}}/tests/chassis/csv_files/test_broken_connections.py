"""What an import says when the database goes away, and what is stored then."""

from typing import Any

import pytest
from sqlalchemy import text

from chassis.csv_files import importing
from tests.chassis.csv_files.conftest import Run, Write
from tests.chassis.csv_files.outcomes import names

UNSURE = (
    "It broke off during COMMIT: lines 7 to 11 may be stored or not. Look for them; go on with "
    "--from-line 7 if they are not, 12 if they are."
)
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
