<%
    too_many = [rule for rule, most in (("C901", 9), ("PLR0912", 12), ("PLR0915", 25)) if r.narrowing > most]
    flat = f"  # noqa: {', '.join(too_many)}  flat" if too_many else ""
%>\
"""Queries on ${words}."""

from collections.abc import Iterator
from types import MappingProxyType
from typing import Annotated

from fastapi import Depends
from sqlalchemy import ColumnElement, func

from app.features.${r.plural}.models import ${r.model}
from app.features.${r.plural}.schemas import ${r.model}Query
from chassis.database.paging.keyset import Page
from chassis.database.repository import Repository
from chassis.web.sessions import for_reads, in_transaction


class ${r.model}Repository(Repository[${r.model}]):
    model = ${r.model}
    sorts = MappingProxyType({"id": ${r.model}.id${"".join(f', "{f.name}": {r.model}.{f.name}' for f in r.sortable)}})

    async def search(self, query: ${r.model}Query) -> Page[${r.model}]:
% if r.narrowing:
        return await self.page(
            sort=query.sort, limit=query.limit, cursor=query.cursor, where=list(_filters(query))
        )


def _filters(query: ${r.model}Query) -> Iterator[ColumnElement[bool]]:${flat}
% for field in r.fields:
% if field.filtered:
    if query.${field.name} is not None:
% if field.in_any_case:
        yield func.lower(${r.model}.${field.name}) == func.lower(query.${field.name})
% else:
        yield ${r.model}.${field.name} == query.${field.name}
% endif
% endif
% if field.ranged:
    if query.min_${field.name} is not None:
        yield ${r.model}.${field.name} >= query.min_${field.name}
    if query.max_${field.name} is not None:
        yield ${r.model}.${field.name} <= query.max_${field.name}
% endif
% endfor
% else:
        return await self.page(sort=query.sort, limit=query.limit, cursor=query.cursor)
% endif


${r.alias} = Annotated[${r.model}Repository, Depends(in_transaction(${r.model}Repository))]
"""In the request's transaction."""

Read${r.alias} = Annotated[${r.model}Repository, Depends(for_reads(${r.model}Repository))]
"""For reads alone."""
