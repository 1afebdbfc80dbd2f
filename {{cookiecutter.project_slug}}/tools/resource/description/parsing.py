"""Reads `number:str(64):unique status:enum(draft,sent):default=draft` into fields."""

import re
from collections.abc import Sequence

from tools.resource.description import words
from tools.resource.description.constraints import constrain
from tools.resource.description.fields import Field
from tools.resource.description.kinds import KINDS, OTHER_WORDS, TAKE_ARGUMENTS
from tools.resource.description.kinds.kind import Kind
from tools.resource.description.words import QUOTED
from tools.resource.errors import Refusal

WORD = re.compile(rf"(?:{QUOTED}|\([^()]*\)|[^\s'\"()])+|\S")
PART = re.compile(rf"(?:{QUOTED}|\([^()]*\)|[^:'\"()])+")
OWN_COMMAS = re.compile(rf"{QUOTED}|\([^()]*\)|=.*")
TYPE = re.compile(r"(\w+)(?:\((.*)\))?")


def parse_fields(text: str) -> list[Field]:
    """Raises Refusal, with every field that cannot be."""
    fields = _each_parsed(WORD.findall(text))
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


def _each_parsed(texts: Sequence[str]) -> list[Field]:
    fields, faults = [], []
    for text in texts:
        try:
            fields.append(parse_field(text))
        except Refusal as refusal:
            faults.append(str(refusal))
    if faults:
        raise Refusal("\n".join(faults))
    return fields


def _check_parameters(fields: Sequence[Field]) -> None:
    parameters = [parameter for field in fields for parameter in field.parameters]
    for parameter in parameters:
        if parameters.count(parameter) > 1:
            message = f"Lists would have the parameter {parameter} twice: rename a field."
            raise Refusal(message)


def parse_field(text: str) -> Field:
    if "," in OWN_COMMAS.sub("", text):
        message = f"{text!r} has a comma in it: put spaces between fields, nothing else."
        raise Refusal(message)
    name, *rest = PART.findall(text)
    if not rest or ":".join([name, *rest]) != text:
        message = f"{text!r} is no field: write it as name:type, such as due_at:datetime."
        raise Refusal(message)
    words.check_field_name(name)
    kind_text, *constraints = rest
    if kind_text == "str" and constraints and constraints[0].isdecimal():
        kind_text = f"str({constraints.pop(0)})"
    return constrain(name, _kind(name, kind_text), constraints)


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
