"""The types a field may have: how each looks in the database, in Python, in JSON and in a test."""

from collections.abc import Callable, Sequence

from tools.resource.description.kinds import numbers, others, texts, times
from tools.resource.description.kinds.kind import Kind

KINDS: dict[str, Callable[[str, Sequence[str]], Kind]] = {
    "str": texts.text_of_length,
    "text": texts.long_text,
    "int": numbers.integer("Int32", -(2**31), 2**31 - 1),
    "bigint": numbers.integer("Int53", -(2**53) + 1, 2**53 - 1, "BigInteger"),
    "decimal": numbers.decimal,
    "float": numbers.floating,
    "bool": others.boolean,
    "date": times.day,
    "datetime": times.instant,
    "uuid": others.uuid,
    "json": others.json,
    "enum": texts.enum,
    "ref": others.reference,
}
TAKE_ARGUMENTS = {"str", "decimal", "enum", "ref"}
OTHER_WORDS = {
    "string": "str",
    "varchar": "str",
    "char": "str",
    "integer": "int",
    "long": "bigint",
    "number": "decimal",
    "numeric": "decimal",
    "money": "decimal",
    "double": "float",
    "boolean": "bool",
    "time": "datetime",
    "timestamp": "datetime",
    "timestamptz": "datetime",
    "jsonb": "json",
    "dict": "json",
    "choice": "enum",
    "foreignkey": "ref",
    "references": "ref",
}
