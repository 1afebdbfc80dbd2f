"""The import: reads, checks and stores a file in chunks; all of it, or batch by batch."""

import asyncio
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, BinaryIO, NamedTuple

from asyncpg import PostgresError
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.csv_files.faults import Faults, FileError
from chassis.csv_files.records import Lines, Record, records
from chassis.csv_files.refusals import DRIVER_ERRORS, ImportFailed, refusal
from chassis.csv_files.resource import Resource
from chassis.csv_files.rows import InvalidRow, RowReader
from chassis.csv_files.timeouts import lift_timeouts
from chassis.database.copying import copy
from chassis.database.session import Database
from chassis.problems import OutcomeUnknown

CHUNK = 5_000
CHECK_NOW = text("SET CONSTRAINTS ALL IMMEDIATE")
Watch = Callable[[int, int], None]
"""Told how many rows and bytes are done."""


class Row(NamedTuple):
    line: int
    values: dict[str, Any]


class Import:
    """One import of one file; knows at any moment what is stored and where to go on."""

    def __init__(
        self,
        resource: Resource,
        file: BinaryIO,
        *,
        batch: int | None = None,
        from_line: int = 0,
        dry_run: bool = False,
        from_spreadsheets: bool = False,
    ) -> None:
        """A dry run does everything in one transaction, whatever the batch, and rolls it back."""
        self.resource = resource
        self.stored = 0
        self.next_line = max(from_line, 2)
        """Where that begins which is not stored."""
        self.unsure = False
        """Whether it ended during COMMIT: what comes from `next_line` to here may be stored."""
        self.lines = Lines(file)
        self._batch = None if dry_run else batch
        self._dry_run = dry_run
        self._from_spreadsheets = from_spreadsheets
        self._faults = Faults()
        self._read = 0

    async def run(self, database: Database, watch: Watch) -> int:
        """Returns how many rows there were. Raises ImportFailed."""
        rows = self._rows()
        try:
            while await self._store_batch(database, rows, watch):
                pass
        except OutcomeUnknown as error:
            raise ImportFailed(str(error)) from error
        except DRIVER_ERRORS as error:
            self.unsure = False
            raise refusal(error) from error
        except FileError as error:
            raise ImportFailed(self._faults, error) from None
        except _FaultyError:
            await self._find_every_fault(rows, watch)
            raise ImportFailed(self._faults) from None
        return self._read

    def standing(self) -> str:
        """What is stored, and how to go on."""
        if self.unsure:
            return (
                f"It broke off during COMMIT: lines {self.next_line} to {self.lines.number} may be "
                f"stored or not. Look for them; go on with --from-line {self.next_line} if they "
                f"are not, {self.lines.number + 1} if they are."
            )
        if self._batch is None:
            return "Nothing was stored."
        return (
            f"{self.stored:,} rows were stored, those before line {self.next_line}. "
            f"Go on with --batch {self._batch} --from-line {self.next_line}"
        )

    async def _store_batch(self, database: Database, rows: Iterator[Row], watch: Watch) -> bool:
        """Returns whether there may be more."""
        async with database.transaction() as session:
            await lift_timeouts(session)
            count = await self._copy(session, rows, watch)
            # Deferred constraints, now: a dry run finds what COMMIT would find.
            await session.execute(CHECK_NOW)
            if self._dry_run:
                await session.rollback()  # noqa: HR002  a rehearsal has done all of its work
                return False
            self.unsure = True
        self.unsure = False
        self.stored += count
        self.next_line = self.lines.number + 1
        return count == self._batch

    async def _copy(self, session: AsyncSession, rows: Iterator[Row], watch: Watch) -> int:
        count = 0
        while chunk := self._chunk(rows, CHUNK if self._batch is None else self._batch - count):
            try:
                await copy(session, self.resource.model, [row.values for row in chunk])
            except (PostgresError, OverflowError, ValueError) as error:
                raise refusal(error, [row.line for row in chunk]) from error
            count += len(chunk)
            watch(self._read, self.lines.bytes)
        return count

    def _chunk(self, rows: Iterator[Row], room: int) -> list[Row]:
        chunk = list(islice(rows, min(CHUNK, room)))
        if self._faults.count:
            raise _FaultyError
        return chunk

    async def _find_every_fault(self, rows: Iterator[Row], watch: Watch) -> None:
        try:
            while list(islice(rows, CHUNK)):
                watch(self._read, self.lines.bytes)
                await asyncio.sleep(0)  # so that Ctrl-C is heard
        except FileError as error:
            raise ImportFailed(self._faults, error) from None

    def _rows(self) -> Iterator[Row]:
        """Those that are valid; the faults of the others are kept."""
        found = records(self.lines)
        header = next(found, None)
        reader = RowReader(self.resource, header, from_spreadsheets=self._from_spreadsheets)
        for record in self._from_line(self.next_line, found):
            self._read += 1
            try:
                yield Row(record.line, reader.read(record))
            except InvalidRow as invalid:
                for fault in invalid.faults:
                    self._faults.add(fault)

    def _from_line(self, start: int, found: Iterator[Record]) -> Iterator[Record]:
        for record in found:
            if record.line >= start:
                yield record
            elif self.lines.number >= start:
                message = f"line {start} is inside of a row, which begins at line {record.line}"
                raise FileError(message)


class _FaultyError(Exception):
    """Something is wrong with the file: store no more of it."""
