<%
    refused = (["AlreadyExists"] if r.unique else []) + (["ReferenceMissing"] if r.parents else [])
    on_create = f" | problems({', '.join(refused)})" if refused else ""
%>\
"""${words.capitalize()} over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.features.${r.plural}.models import ${r.model}
from app.features.${r.plural}.repository import ${r.alias}, Read${r.alias}, ${r.model}Repository
from app.features.${r.plural}.schemas import ${r.model}Create, ${r.model}Query, ${r.model}Read, ${r.model}Update
from chassis.problems import AlreadyExists, NotFound, PreconditionFailed, ReferenceMissing, StillReferenced
from chassis.web.conditional import matching, not_modified, tagged, tags
from chassis.web.idempotency import Once
from chassis.web.openapi import Tag, problems
from chassis.web.pagination import PageOf, link_next
from chassis.web.responses import created

router = APIRouter(
    prefix="${r.path}", tags=[Tag("${words}", "${words.capitalize()}, one by one or in pages.")]
)


@router.get("", response_model=PageOf[${r.model}Read])
async def list_${r.plural}(
    query: Annotated[${r.model}Query, Query()],
    ${r.plural}: Read${r.alias},
    request: Request,
    response: Response,
) -> object:
    """A page of them, narrowed and sorted as asked."""
    page = await ${r.plural}.search(query)
    link_next(page, request, response)
    return page


@router.post("", status_code=201, response_model=${r.model}Read, responses=tags(201)${on_create})
async def create_${r.singular}(body: ${r.model}Create, once: Once) -> Response:
    """`Location` says where it is."""

    async def create(session: AsyncSession) -> Response:
        ${r.singular} = await ${r.model}Repository(session).create(${r.model}(**body.model_dump()))
        return created(${r.singular}, ${r.model}Read, f"{router.prefix}/{${r.singular}.id}")

    return await once.run(create)


@router.get(
    "/{${r.singular}_id}", response_model=${r.model}Read, responses=tags(200, 304) | problems(NotFound)
)
async def get_${r.singular}(
    ${r.singular}_id: UUID, ${r.plural}: Read${r.alias}, request: Request, response: Response
) -> ${r.model} | Response:
    """With the `ETag` of an earlier answer in `If-None-Match`: 304 unless it has changed."""
    ${r.singular} = await ${r.plural}.get(${r.singular}_id)
    return not_modified(${r.singular}, request) or tagged(${r.singular}, response)


@router.patch(
    "/{${r.singular}_id}",
    response_model=${r.model}Read,
    responses=tags(200) | problems(${", ".join(["NotFound", *refused, "PreconditionFailed"])}),
)
async def update_${r.singular}(
    ${r.singular}_id: UUID, body: ${r.model}Update, ${r.plural}: ${r.alias}, request: Request, response: Response
) -> ${r.model}:
    """With the `ETag` in `If-Match`: 412 when someone else has changed it since."""
    ${r.singular} = await ${r.plural}.get(${r.singular}_id)
    with matching(${r.singular}, request):
        await ${r.plural}.update(${r.singular}, body.model_dump(exclude_unset=True))
    return tagged(${r.singular}, response)


@router.delete(
    "/{${r.singular}_id}",
    status_code=204,
    responses=problems(NotFound, StillReferenced, PreconditionFailed),
)
async def delete_${r.singular}(${r.singular}_id: UUID, ${r.plural}: ${r.alias}, request: Request) -> None:
    """While something refers to it: 409. With the `ETag` in `If-Match`: 412 when outdated."""
    ${r.singular} = await ${r.plural}.get(${r.singular}_id)
    with matching(${r.singular}, request):
        await ${r.plural}.delete(${r.singular})
