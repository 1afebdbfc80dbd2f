"""The ${r.plural} table."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Numeric, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from chassis.database.model import Entity, text_enum
% for parent in r.parents:
from ${parent.module} import ${parent.model}
% endfor
% for field in r.enums:


class ${r.type_name(field)}(StrEnum):
% for member in field.kind.members:
    ${member.upper()} = "${member}"
% endfor
% endfor


class ${r.model}(Entity):
    __tablename__ = "${r.plural}"
% if r.checks or any(field.indexed or field.in_any_case for field in r.fields):
    __table_args__ = (
% for name, condition in r.checks:
        CheckConstraint("${condition}", name="${name}"),
% endfor
% for field in r.unique_in_any_case:
        Index("uq_${r.plural}_${field.name}", text("lower(${field.name})"), unique=True),
% endfor
% for field in r.fields:
% if field.indexed:
        Index(None, "${field.name}", "id"),
% endif
% endfor
    )
% endif

% for field in r.fields:
% if r.column(field):
    ${field.name}: Mapped[${r.python(field)}] = mapped_column(${r.column(field)})
% else:
    ${field.name}: Mapped[${r.python(field)}]
% endif
% endfor
