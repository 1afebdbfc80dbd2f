"""Puts a resource into the project: everything, or nothing."""

import re
from collections.abc import Iterator
from pathlib import Path

from tools.resource.description import words
from tools.resource.description.parents import parents_of
from tools.resource.description.parsing import parse_fields
from tools.resource.description.resource import LONGEST_IDENTIFIER, Resource
from tools.resource.errors import Refusal
from tools.resource.project import migrations
from tools.resource.project.inventory import Inventory
from tools.resource.project.places import PROJECT
from tools.resource.project.record import Record, hash_of
from tools.resource.project.tidying import tidy
from tools.resource.project.wires import wires_of
from tools.resource.project.wiring import wire
from tools.resource.project.writing import written
from tools.resource.rendering import render


def plan(plural: str, fields: str, given_class: str, inventory: Inventory) -> Resource:
    """What is asked for; raises Refusal."""
    words.check_name(plural)
    model = words.class_name(plural, given_class)
    words.check_singular(words.snake(model))
    inventory.check(plural, model)
    parsed = parse_fields(fields)
    parents = parents_of(plural, parsed, inventory.features)
    resource = Resource(plural=plural, model=model, fields=parsed, parents=parents)
    longest = resource.longest_identifier
    if len(longest) > LONGEST_IDENTIFIER:
        message = (
            f"PostgreSQL takes names of {LONGEST_IDENTIFIER} characters, and {longest} "
            f"has {len(longest)}: choose shorter ones."
        )
        raise Refusal(message)
    return resource


def make(resource: Resource) -> Iterator[tuple[str, Path]]:
    """Do it, then tell what was done to which file. Raises Refusal."""
    created = render(resource)
    wires = wires_of(resource.plural, resource.model)
    before = {each.path: _read(each.path) for each in wires}
    changed = {each.path: wire(before[each.path], each) for each in wires}
    with written(created | changed):
        tidy(created | changed)
        migration = migrations.revise(resource.plural)
        Record(
            plural=resource.plural,
            model=resource.model,
            migration=str(migration),
            revision=_revision(migration),
            hashes={str(path): hash_of(path) for path in (*created, migration)},
            wired={str(path): (text, _read(path)) for path, text in before.items()},
        ).save()
    yield from (("new", path) for path in created)
    yield from (("changed", path) for path in changed)
    yield "new", migration


def _read(path: Path) -> str:
    return (PROJECT / path).read_text("utf-8")


def _revision(migration: Path) -> str:
    found = re.search(r'^revision: str = "(\w+)"$', _read(migration), re.MULTILINE)
    if not found:
        message = f"{migration} does not say which revision it is."
        raise Refusal(message)
    return found[1]
