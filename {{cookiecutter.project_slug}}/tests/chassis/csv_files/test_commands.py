"""The commands in processes of their own: interrupted, on a terminal, and with large files."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.chassis.csv_files.test_exporting import names_in
from tests.support import measuring
from tests.support.serving import PATIENCE, PROJECT, start

MANY = 50_000
PATIENT = {"DATABASE_CONNECT_TIMEOUT": "60"}
PROGRAM = ("-m", "tests.chassis.csv_files.gadgets")
PAUSE = """
    CREATE FUNCTION scratch.pause() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN PERFORM pg_sleep(60); RETURN NEW; END';
    CREATE TRIGGER pause BEFORE INSERT ON scratch.gadgets
        FOR EACH ROW WHEN (NEW.name = 'g25') EXECUTE FUNCTION scratch.pause();
"""
OURS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
ASLEEP = f"{OURS} AND wait_event = 'PgSleep'"

LOCKED_OUT = """SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database
                WHERE datname = current_database() AND NOT granted"""


def many(tmp_path: Path, count: int) -> Path:
    path = tmp_path / "many.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("name,size,notes\n")
        file.writelines(f"g{number},7,{'x' * 100}\n" for number in range(count))
    return path


@pytest.mark.parametrize(
    ("batch", "standing", "stored"),
    [
        ([], "Nothing was stored.", 0),
        (
            ["--batch=10"],
            "20 rows were stored, those before line 22. Go on with --batch 10 --from-line 22",
            20,
        ),
    ],
)
async def test_ctrl_c_rolls_back_and_says_where_to_go_on(
    gadgets: Any, database_url: str, tmp_path: Path, batch: list[str], standing: str, stored: int
) -> None:
    await gadgets.execute(PAUSE)
    file = many(tmp_path, 100)
    env = {"DATABASE_URL": database_url, **PATIENT}
    with start(*PROGRAM, "import", "gadgets", str(file), *batch, env=env, measured=True) as process:
        async with asyncio.timeout(90):
            while not await gadgets.fetchval(ASLEEP):  # noqa: ASYNC110  the server cannot call
                await asyncio.sleep(0.05)
        process.send_signal(signal.SIGINT)
        said, _ = await asyncio.to_thread(process.communicate, timeout=PATIENCE)

    assert said.splitlines() == ["Interrupted.", standing]
    assert process.returncode == 130
    assert await gadgets.fetchval("SELECT count(*) FROM scratch.gadgets") == stored


async def test_ctrl_c_ends_an_export_which_leaves_no_file(
    gadgets: Any, database_url: str, tmp_path: Path
) -> None:
    target = tmp_path / "out.csv"
    env = {"DATABASE_URL": database_url, **PATIENT}
    async with gadgets.transaction():
        await gadgets.execute("LOCK TABLE scratch.gadgets")
        with start(*PROGRAM, "export", "gadgets", str(target), env=env, measured=True) as process:
            async with asyncio.timeout(90):
                while not await gadgets.fetchval(LOCKED_OUT):  # noqa: ASYNC110  the server cannot call
                    await asyncio.sleep(0.05)
            process.send_signal(signal.SIGINT)
            said, _ = await asyncio.to_thread(process.communicate, timeout=PATIENCE)

    assert (process.returncode, said) == (130, "Interrupted.\n")
    assert names_in(tmp_path) == []


async def test_who_has_read_enough_of_an_export_gets_no_traceback(
    gadgets: Any, database_url: str
) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        ended = await asyncio.to_thread(exported_to, writing, database_url)
    finally:
        os.close(writing)

    assert (ended.returncode, ended.stderr) == (1, b"")


def exported_to(output: int, database_url: str) -> "subprocess.CompletedProcess[bytes]":
    given = {"DATABASE_URL": database_url, "PYTHONPATH": str(PROJECT), **PATIENT}
    return subprocess.run(
        [sys.executable, *PROGRAM, "export", "gadgets"],
        env=os.environ | given | measuring.measured(),
        stdout=output,
        stderr=subprocess.PIPE,
        check=False,
    )


async def test_many_rows_go_in_and_out_in_bounded_memory(
    gadgets: Any, database_url: str, tmp_path: Path
) -> None:
    few, lots = [await peaks(gadgets, database_url, tmp_path, count) for count in (1_000, MANY)]

    for one, other in zip(few, lots, strict=True):
        assert other - one < 30_000  # KiB; all rows at once would take more than 75,000


async def peaks(gadgets: Any, database_url: str, tmp_path: Path, count: int) -> list[int]:
    """Of an import and an export of so many rows, in KiB."""
    await gadgets.execute("TRUNCATE scratch.gadgets")
    found = []
    for command, file in (("import", many(tmp_path, count)), ("export", tmp_path / "out.csv")):
        code, peak = await asyncio.to_thread(measured, database_url, command, str(file))
        assert code == 0
        found.append(peak)
    assert await gadgets.fetchval("SELECT count(*) FROM scratch.gadgets") == count
    with (tmp_path / "out.csv").open("rb") as exported:
        assert len(list(exported)) == count + 1
    return found


def measured(database_url: str, *arguments: str) -> tuple[int, int]:
    """Exit status, and the peak of resident memory in KiB."""
    program = [sys.executable, *PROGRAM, arguments[0], "gadgets", *arguments[1:]]
    env = os.environ | {"DATABASE_URL": database_url, "PYTHONPATH": str(PROJECT), **PATIENT}
    with subprocess.Popen(program, env=env, cwd=Path(arguments[1]).parent) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    unit = 1024 if sys.platform == "darwin" else 1
    return process.returncode, usage.ru_maxrss // unit
