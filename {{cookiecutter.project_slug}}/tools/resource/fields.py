"""Reads `number:str(64):unique status:enum(draft,sent):default=draft` into fields."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tools.resource import words
from tools.resource.errors import Refusal
from tools.resource.kinds import KINDS, OTHER_WORDS, TAKE_ARGUMENTS
from tools.resource.kinds.kind import Kind

QUOTED = r"'[^']*'|\"[^\"]*\""
WORD = re.compile(rf"(?:{QUOTED}|\([^()]*\)|[^\s'\"()])+|\S")
PART = re.compile(rf"(?:{QUOTED}|\([^()]*\)|[^:'\"()])+")
TYPE = re.compile(r"(\w+)(?:\((.*)\))?")
CONSTRAINTS = ("unique", "index", "optional", "default=VALUE")
OTHER_CONSTRAINTS = {
    "uniq": "unique",
    "indexed": "index",
    "null": "optional",
    "nullable": "optional",
    "none": "optional",
}


@dataclass(frozen=True, kw_only=True)
class Field:
    name: str
    kind: Kind
    unique: bool = False
    index: bool = False
    optional: bool = False
    default: str | None = None
    """Source text, of what a client may leave out; of an enum the value."""

    @property
    def required(self) -> bool:
        return not self.optional and self.default is None

    @property
    def sortable(self) -> bool:
        return self.index and not self.optional and self.kind.sortable

    @property
    def ranged(self) -> bool:
        return self.index and self.kind.ranged

    @property
    def filtered(self) -> bool:
        """Whether lists can be narrowed to one value."""
        among_few = self.kind.python == "bool" or self.kind.members or self.kind.refers_to
        return self.unique or bool(among_few) or (self.index and not self.kind.ranged)

    @property
    def indexed(self) -> bool:
        """Whether a list by this column, then by age, has an index of its own."""
        return self.index or bool(self.kind.members or self.kind.refers_to)

    @property
    def parameters(self) -> Iterator[str]:
        """Of a list."""
        yield from [self.name] if self.filtered else []
        yield from [f"min_{self.name}", f"max_{self.name}"] if self.ranged else []


def parse_fields(text: str) -> list[Field]:
    """Raises Refusal."""
    fields = [parse_field(word) for word in WORD.findall(text)]
    if not fields:
        message = 'Say what it has: fields="number:str:unique total:decimal note:text:optional".'
        raise Refusal(message)
    known: set[str] = set()
    for name in [field.name for field in fields]:
        if name in known:
            message = f"The field {name} is there twice: give each a name of its own."
            raise Refusal(message)
        known.add(name)
    _check_parameters(fields)
    return fields


def _check_parameters(fields: Sequence[Field]) -> None:
    parameters = [parameter for field in fields for parameter in field.parameters]
    for parameter in parameters:
        if parameters.count(parameter) > 1:
            message = f"Lists would have the parameter {parameter} twice: rename a field."
            raise Refusal(message)


def parse_field(text: str) -> Field:
    name, *rest = PART.findall(text)
    if not rest or ":".join([name, *rest]) != text:
        message = f"{text!r} is no field: write it as name:type, such as due_at:datetime."
        raise Refusal(message)
    words.check_field_name(name)
    kind_text, *constraints = rest
    if kind_text == "str" and constraints and constraints[0].isdecimal():
        kind_text = f"str({constraints.pop(0)})"
    return _constrain(name, _kind(name, kind_text), constraints)


def _kind(name: str, text: str) -> Kind:
    found = TYPE.fullmatch(text)
    word, inside = (found[1], found[2]) if found else (text, None)
    if word not in KINDS:
        guess = words.nearest(word, KINDS, OTHER_WORDS)
        message = f"{name}: there is no type {word!r}.{guess} Types are {', '.join(KINDS)}."
        raise Refusal(message)
    if inside is not None and word not in TAKE_ARGUMENTS:
        message = f"{name}: {word} takes nothing in parentheses."
        raise Refusal(message)
    arguments = [part.strip() for part in inside.split(",")] if inside else []
    return KINDS[word](name, arguments)


def _constrain(name: str, kind: Kind, constraints: Sequence[str]) -> Field:
    given: set[str] = set()
    default = None
    for constraint in constraints:
        word, equals, value = constraint.partition("=")
        if word == "default" and equals:
            default = _default(name, kind, value)
        elif word not in CONSTRAINTS or equals:
            guess = words.nearest(word, CONSTRAINTS, OTHER_CONSTRAINTS)
            known = ", ".join(CONSTRAINTS)
            message = f"{name}: there is no constraint {word!r}.{guess} Constraints are {known}."
            raise Refusal(message)
        given.add(word)
    if len(given) < len(constraints):
        message = f"{name}: a constraint is there twice."
        raise Refusal(message)
    flags = {word: word in given for word in ("unique", "index", "optional")}
    _check_constraints(name, kind, given)
    return Field(name=name, kind=kind, default=default, **flags)


def _check_constraints(name: str, kind: Kind, given: set[str]) -> None:
    if "unique" in given and not kind.unique:
        message = f"{name}: a field of this type cannot be unique; a short str or a number can."
        raise Refusal(message)
    if "index" in given and not kind.indexable:
        message = f"{name}: a field of this type cannot be indexed; a short str or a number can."
        raise Refusal(message)
    if {"unique", "default"} <= given:
        message = f"{name}: what is unique can have no default, for only one could have it."
        raise Refusal(message)


def _default(name: str, kind: Kind, value: str) -> str:
    if kind.default is None:
        message = f"{name}: a field of this type can have no default; make it optional."
        raise Refusal(message)
    bare = value[1:-1] if re.fullmatch(QUOTED, value) else value
    try:
        return kind.default(bare)
    except ValueError as error:
        message = f"{name}: the default {bare!r} cannot be; it has to be {error}."
        raise Refusal(message) from None
