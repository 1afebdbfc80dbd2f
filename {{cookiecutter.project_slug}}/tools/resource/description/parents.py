"""The features that fields refer to, and rows of them for a test."""

import re
from collections.abc import Iterable, Sequence

from sqlalchemy import Table

from chassis.database.model import Base, Entity
from tools.resource.description import words
from tools.resource.description.examples import example_of
from tools.resource.description.fields import Field
from tools.resource.description.related import Parent, Row
from tools.resource.errors import Refusal
from tools.resource.project.places import PROJECT, feature_of

DELETE = re.compile(r'@router\.delete\(\s*"/\{\w+\}"')


def parents_of(plural: str, fields: Iterable[Field], features: Iterable[str]) -> list[Parent]:
    """Raises Refusal for a feature that does not exist or cannot be referred to."""
    referring = [field for field in fields if field.kind.refers_to]
    for field in referring:
        if field.kind.refers_to == plural:
            message = f"{field.name}: write by hand what refers to a row of its own table."
            raise Refusal(message)
    known = sorted(features)
    return [_parent(field, number, known) for number, field in enumerate(referring, 1)]


def _parent(field: Field, number: int, features: Sequence[str]) -> Parent:
    feature = field.kind.refers_to
    if feature not in features:
        there = f"There are {', '.join(features)}." if features else "There is none yet."
        guess = words.nearest(feature, features, {})
        message = f"{field.name}: there is no feature {feature!r}.{guess} {there}"
        raise Refusal(message)
    model = _model_of(feature)
    rows: dict[type[Base], Row] = {}
    _add_rows(rows, model, number, ())
    return Parent(
        field=field.name,
        model=model.__name__,
        module=model.__module__,
        rows=list(rows.values()),
        deletable=_is_deletable(feature),
        path=f"/v1/{feature}",
    )


def _model_of(feature: str) -> type[Entity]:
    for mapper in Base.registry.mappers:
        if _table_of(mapper.class_).name == feature and issubclass(mapper.class_, Entity):
            return mapper.class_
    message = f"The feature {feature} has no table {feature} with an id to refer to."
    raise Refusal(message)


def _is_deletable(feature: str) -> bool:
    router = PROJECT / feature_of(feature) / "router.py"
    return router.exists() and bool(DELETE.search(router.read_text("utf-8")))


def _add_rows(
    rows: dict[type[Base], Row], model: type[Base], number: int, path: tuple[type[Base], ...]
) -> None:
    """A row of the model, after a row of each that it refers to."""
    if model in path:
        message = f"{model.__name__} refers to itself: write a resource that refers to it by hand."
        raise Refusal(message)
    values = {}
    for column in _table_of(model).columns:
        if column.nullable or column.default is not None or column.server_default is not None:
            continue
        if not column.foreign_keys:
            values[column.name] = example_of(column, number)
            continue
        target = next(iter(column.foreign_keys)).column
        parent = next(m.class_ for m in Base.registry.mappers if m.local_table is target.table)
        if parent not in rows:
            _add_rows(rows, parent, number, (*path, model))
        values[column.name] = f"{rows[parent].name}.{target.name}"
    name = words.snake(model.__name__)
    rows[model] = Row(name=name, model=model.__name__, module=model.__module__, values=values)


def _table_of(model: type[Base]) -> Table:
    table = model.__table__
    assert isinstance(table, Table)  # noqa: S101  no model here is a join or a query
    return table
