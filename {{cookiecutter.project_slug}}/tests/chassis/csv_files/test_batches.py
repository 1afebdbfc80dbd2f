"""Where an import in batches stops, and from where it goes on."""

from typing import Any

import pytest

from chassis.csv_files import importing
from tests.chassis.csv_files.conftest import Run, Write
from tests.chassis.csv_files.outcomes import TAKEN, names


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
