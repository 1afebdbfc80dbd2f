"""Products over HTTP: what `make resource` writes looks like this."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

# {% if "accounts" in cookiecutter.parts %}
from app.features.products.guards import MAY_WRITE

# {% endif %}
from app.features.products.models import Product
from app.features.products.repository import ProductRepository, Products, ReadProducts
from app.features.products.schemas import ProductCreate, ProductQuery, ProductRead, ProductUpdate
from chassis.problems import AlreadyExists, NotFound, PreconditionFailed, StillReferenced
from chassis.web.conditional import matching, not_modified, tagged, tags
from chassis.web.idempotency import Once
from chassis.web.openapi import Tag, problems
from chassis.web.pagination import PageOf, link_next
from chassis.web.responses import created

router = APIRouter(
    prefix="/v1/products",
    tags=[Tag("products", "What is for sale, and how much of it is left.")],
)


@router.get("", response_model=PageOf[ProductRead])
async def list_products(
    query: Annotated[ProductQuery, Query()],
    products: ReadProducts,
    request: Request,
    response: Response,
) -> object:
    """A page of them, narrowed and sorted as asked."""
    page = await products.search(query)
    link_next(page, request, response)
    return page


@router.post(
    "",
    status_code=201,
    response_model=ProductRead,
    # {% if "accounts" in cookiecutter.parts %}
    dependencies=[MAY_WRITE],
    # {% endif %}
    responses=tags(201) | problems(AlreadyExists),
)
async def create_product(body: ProductCreate, once: Once) -> Response:
    """`Location` says where it is."""

    async def create(session: AsyncSession) -> Response:
        product = await ProductRepository(session).create(Product(**body.model_dump()))
        return created(product, ProductRead, f"{router.prefix}/{product.id}")

    return await once.run(create)


@router.get(
    "/{product_id}", response_model=ProductRead, responses=tags(200, 304) | problems(NotFound)
)
async def get_product(
    product_id: UUID, products: ReadProducts, request: Request, response: Response
) -> Product | Response:
    """With the `ETag` of an earlier answer in `If-None-Match`: 304 unless it has changed."""
    product = await products.get(product_id)
    return not_modified(product, request) or tagged(product, response)


@router.patch(
    "/{product_id}",
    response_model=ProductRead,
    # {% if "accounts" in cookiecutter.parts %}
    dependencies=[MAY_WRITE],
    # {% endif %}
    responses=tags(200) | problems(NotFound, AlreadyExists, PreconditionFailed),
)
async def update_product(
    product_id: UUID, body: ProductUpdate, products: Products, request: Request, response: Response
) -> Product:
    """With the `ETag` in `If-Match`: 412 when someone else has changed it since."""
    product = await products.get(product_id)
    with matching(product, request):
        await products.update(product, body.model_dump(exclude_unset=True))
    return tagged(product, response)


@router.delete(
    "/{product_id}",
    status_code=204,
    # {% if "accounts" in cookiecutter.parts %}
    dependencies=[MAY_WRITE],
    # {% endif %}
    responses=problems(NotFound, StillReferenced, PreconditionFailed),
)
async def delete_product(product_id: UUID, products: Products, request: Request) -> None:
    """A product that was ordered stays: 409. With the `ETag` in `If-Match`: 412 when outdated."""
    product = await products.get(product_id)
    with matching(product, request):
        await products.delete(product)
