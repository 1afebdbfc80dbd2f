"""From the cells of a line to a row of the table, by the rules of the API."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import orjson
from pydantic import ValidationError
from sqlalchemy import Column

from chassis.csv_files.faults import Fault, FileError
from chassis.csv_files.records import Record
from chassis.csv_files.resource import Resource, holds_json, holds_text, may_be_formula
from chassis.csv_files.spreadsheets import unguarded

WHOLE_NUMBER = re.compile(r"-?[0-9]{1,40}")
BOOLEANS = {"true": True, "t": True, "false": False, "f": False}


class InvalidRow(ValueError):  # noqa: N818  it carries the faults
    """Raised with one or more faults."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(faults)
        self.faults = faults


class RowReader:
    """Reads the rows under one header."""

    def __init__(
        self, resource: Resource, header: Record | None, *, from_spreadsheets: bool = False
    ) -> None:
        """Raises FileError for a header that does not fit the resource."""
        self._names = _checked(resource, header)
        self._schema = resource.row
        self._fields = resource.create.model_fields.keys()
        columns = [resource.columns[name] for name in self._names]
        self._parsers = [_parser(column) for column in columns]
        self._text = [holds_text(column) for column in columns]
        self._guarded = [from_spreadsheets and may_be_formula(column) for column in columns]

    def read(self, record: Record) -> dict[str, Any]:
        """Raises InvalidRow."""
        if len(record.cells) != len(self._names):
            why = f"it has {len(record.cells)} cells and the header {len(self._names)}"
            raise InvalidRow([Fault(record.line, why)])
        try:
            values = vars(self._schema.model_validate(dict(self._given(record))))
        except ValidationError as error:
            raise InvalidRow(list(self._faults(error, record))) from None
        return {k: v for k, v in values.items() if v is not None or k in self._fields}

    def _given(self, record: Record) -> Iterator[tuple[str, Any]]:
        how = zip(self._names, self._parsers, self._text, self._guarded, strict=True)
        for cell, (name, parse, is_text, is_guarded) in zip(record.cells, how, strict=True):
            if cell is None or not (cell or is_text):
                continue
            given = unguarded(cell) if is_guarded else cell
            try:
                yield name, given if parse is None else parse(given)
            except ValueError:
                why = "it should be JSON"
                raise InvalidRow([Fault(record.line, why, name, cell)]) from None

    def _faults(self, error: ValidationError, record: Record) -> Iterator[Fault]:
        cells = dict(zip(self._names, record.cells, strict=True))
        for each in error.errors(include_url=False, include_context=False):
            name = str(each["loc"][0]) if each["loc"] else None
            why = each["msg"].removeprefix("Value error, ")
            yield Fault(record.line, why, name, cells.get(name) if name else None)


def _checked(resource: Resource, header: Record | None) -> list[str]:
    names = [cell or "" for cell in header.cells] if header else []
    known = list(resource.columns)
    wrong = {
        "does not know": [name for name in names if name not in known],
        "needs": [name for name in resource.required if name not in names],
        "may have only once": [name for name, times in Counter(names).items() if times > 1],
    }
    faults = [f"{verb} {', '.join(map(repr, found))}" for verb, found in wrong.items() if found]
    if faults:
        where = f"line {header.line}" if header else "the file is empty"
        message = f"{where}: the first line names the columns, and {resource.name} "
        hint = f"; there are: {', '.join(known)}, with commas between them"
        raise FileError(message + ", ".join(faults) + hint)
    return names


def _parser(column: Column[Any]) -> Callable[[str], Any] | None:
    """For what is not text in JSON either; all else stays text, and the schema reads or refuses it.

    Raises ValueError for JSON alone.
    """
    if holds_json(column):
        return orjson.loads
    return _PARSERS.get(column.type.python_type)


def _whole(cell: str) -> int | str:
    return int(cell) if WHOLE_NUMBER.fullmatch(cell) else cell


def _number(cell: str) -> float | str:
    try:
        return float(cell)
    except ValueError:
        return cell


def _boolean(cell: str) -> bool | str:
    return BOOLEANS.get(cell.lower(), cell)


_PARSERS: dict[type, Callable[[str], Any]] = {int: _whole, float: _number, bool: _boolean}
