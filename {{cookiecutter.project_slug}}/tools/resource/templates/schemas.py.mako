"""What clients send and get."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

% for field in r.enums:
from app.features.${r.plural}.models import ${r.type_name(field)}
% endfor
from chassis.web.pagination import PageQuery
from chassis.web.types import Bool, Day, Digits, Finite, Input, Instant, Int32, Int53, Json, Name, Output, Text, omitted

% for field in r.named:
${r.type_name(field)} = ${field.kind.body}
% endfor


class ${r.model}Create(Input):
% for field in r.fields:
    ${field.name}: ${r.body(field)}${f" = {r.default(field)}" if r.default(field) else ""}
% if r.promise(field):
    """${r.promise(field)}"""
% endif
% endfor


class ${r.model}Update(Input):
    """What is left out stays as it is."""

% for field in r.fields:
    ${field.name}: ${r.body(field)} = omitted()
% endfor


class ${r.model}Read(Output):
    id: UUID
% for field in r.fields:
    ${field.name}: ${r.python(field)}
% endfor
    version: int
    created_at: datetime
    updated_at: datetime


class ${r.model}Query(PageQuery):
    sort: Literal[${", ".join(f'"{sort}"' for sort in r.sorts)}] = "id"
    """`id` is the order of creation; a minus turns it round."""
% for field in r.fields:
% for parameter in field.parameters:
    ${parameter}: ${r.query(field)} | None = None
% if field.in_any_case:
    """In any case."""
% endif
% endfor
% endfor
