"""What an export writes, and that it comes back as it was."""

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from chassis.csv_files import exporting
from tests.chassis.csv_files.conftest import Run

FILL = """
    INSERT INTO scratch.gadgets (id, name, size, notes, big, ratio, price, ready, seen_at, day,
        shape, extra, tags, part_of, rank, origin, version)
    SELECT gen_random_uuid(), 'g' || n, n,
        (ARRAY[NULL, '', '""', 'a,b', E'x\\r\\ny', ' "q" ', 'é€𐍈'])[n],
        9223372036854775800 + n, n / 3.0, n / 4.0, (ARRAY[NULL, true, false])[n],
        now() + n * interval '1 s', date '2026-01-01' + n, 'flat',
        (ARRAY[NULL, '{}', '"text"', '[1, {"a": null}]'])[n]::jsonb,
        (ARRAY['{}', '{"a,b",""}'])[n]::text[], NULL, n,
        (ARRAY[NULL, '{"from": [1]}'])[n]::jsonb, n
    FROM generate_series(1, 7) AS n;
    UPDATE scratch.gadgets SET part_of = whole.id
        FROM scratch.gadgets AS whole WHERE whole.size = 7 AND gadgets.size < 7;
"""
ALL = "SELECT * FROM scratch.gadgets ORDER BY id"


async def test_what_was_exported_is_imported_as_it_was(run: Run, gadgets: Any) -> None:
    await gadgets.execute(FILL)
    before = await gadgets.fetch(ALL)

    exported = await run("export", "gadgets")
    await gadgets.execute("TRUNCATE scratch.gadgets")
    imported = await run("import", "gadgets", stdin=exported.output)

    assert (exported.status, imported.status) == (0, 0), imported.said
    assert exported.said.startswith("7 rows written; ")
    assert await gadgets.fetch(ALL) == before
    assert (await run("export", "gadgets", "-")).output == exported.output


async def test_postgresql_reads_it_too(run: Run, gadgets: Any, tmp_path: Path) -> None:
    await gadgets.execute(FILL)
    await run("export", "gadgets", "all.csv")
    columns = (tmp_path / "all.csv").read_text().partition("\n")[0]
    await gadgets.execute(f"""
        CREATE TABLE scratch.copies AS SELECT {columns} FROM scratch.gadgets WITH NO DATA;
        ALTER TABLE scratch.copies ALTER tags TYPE text;
    """)

    with (tmp_path / "all.csv").open("rb") as file:
        await gadgets.copy_to_table(
            "copies", schema_name="scratch", source=file, format="csv", header=True
        )

    chosen = columns.replace("tags,", "")
    original, copy = [
        await gadgets.fetch(f"SELECT {chosen} FROM scratch.{table} ORDER BY id")
        for table in ("gadgets", "copies")
    ]
    assert copy == original


async def test_decimals_have_every_digit(run: Run, gadgets: Any) -> None:
    await gadgets.execute(FILL)
    await gadgets.execute("UPDATE scratch.gadgets SET price = 0.00000001 * size")

    lines = (await run("export", "gadgets")).output.decode()

    assert ",0.00000007," in lines
    assert "E-" not in lines


async def test_an_empty_table_is_a_header(run: Run, gadgets: Any) -> None:
    ended = await run("export", "gadgets")

    assert ended.output.startswith(b"id,name,size,")
    assert ended.output.count(b"\n") == 1


async def test_it_is_the_table_as_it_was_at_one_moment(
    run: Run, gadgets: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    await gadgets.execute(FILL)
    before = (await run("export", "gadgets")).output
    monkeypatch.setattr(exporting, "CHUNK", 2)
    loop, lines = asyncio.get_running_loop(), []

    def delete_meanwhile(cells: Iterable[str]) -> bytes:
        lines.append(line := write_line(cells))
        if len(lines) == 3:
            deleting = gadgets.execute("DELETE FROM scratch.gadgets WHERE size < 7")
            asyncio.run_coroutine_threadsafe(deleting, loop).result()
        return line

    write_line = exporting._line
    monkeypatch.setattr(exporting, "_line", delete_meanwhile)

    assert (await run("export", "gadgets")).output == before
    assert await gadgets.fetchval("SELECT count(*) FROM scratch.gadgets") == 1


async def test_a_file_has_its_name_only_when_it_is_whole(
    run: Run, gadgets: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await gadgets.execute(FILL)
    monkeypatch.setattr(exporting, "CHUNK", 2)
    target = tmp_path / "gadgets.csv"
    target.write_text("the one before")
    await gadgets.execute("""
        CREATE FUNCTION scratch.cut(n int) RETURNS int LANGUAGE plpgsql AS $$
            BEGIN PERFORM pg_terminate_backend(pg_backend_pid()) WHERE n = 5; RETURN n; END $$;
        ALTER TABLE scratch.gadgets RENAME TO real;
        ALTER TABLE scratch.real RENAME size TO stored_size;
        CREATE VIEW scratch.gadgets AS SELECT *, scratch.cut(stored_size) AS size FROM scratch.real;
    """)

    ended = await run("export", "gadgets", target)

    assert ended.status == 1
    assert ended.said.startswith("The database cannot be reached, or the connection broke: ")
    assert target.read_text() == "the one before"
    assert names_in(tmp_path) == ["gadgets.csv"]


def names_in(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


async def test_a_file_is_replaced_and_a_link_to_it_stays(
    run: Run, gadgets: Any, tmp_path: Path
) -> None:
    (tmp_path / "real.csv").write_text("the one before")
    (tmp_path / "link.csv").symlink_to("real.csv")

    assert (await run("export", "gadgets", "link.csv")).status == 0

    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "real.csv").read_text().startswith("id,name")
    assert names_in(tmp_path) == ["link.csv", "real.csv"]


async def test_a_device_is_written_to_and_not_replaced(run: Run, gadgets: Any) -> None:
    assert (await run("export", "gadgets", "/dev/null")).status == 0

    assert Path("/dev/null").is_char_device()  # noqa: ASYNC240  a test may wait


async def test_a_place_that_does_not_exist_is_told(run: Run) -> None:
    ended = await run("export", "gadgets", "nowhere/gadgets.csv")

    assert ended.status == 1
    assert ended.said.endswith(".part: No such file or directory\n")


async def test_a_slow_export_outlives_the_timeouts(
    run: Run, gadgets: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_STATEMENT_TIMEOUT", "0.1")
    await gadgets.execute(FILL)
    await gadgets.execute("""
        ALTER TABLE scratch.gadgets RENAME TO real;
        CREATE VIEW scratch.gadgets AS SELECT real.* FROM scratch.real, pg_sleep(0.3);
    """)

    assert (await run("export", "gadgets")).said.startswith("7 rows written; ")
