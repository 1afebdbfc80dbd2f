"""Products over HTTP: the pattern to copy for a resource of your own."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from app.features.products.models import Product
from app.features.products.repository import Products, ReadProducts
from app.features.products.schemas import ProductCreate, ProductQuery, ProductRead, ProductUpdate
from app.problems import AlreadyExists, NotFound, StillReferenced
from app.web.openapi import problems
from app.web.pagination import PageOf, link_next

router = APIRouter(prefix="/v1/products", tags=["products"])


@router.get("", response_model=PageOf[ProductRead])
async def list_products(
    query: Annotated[ProductQuery, Query()],
    products: ReadProducts,
    request: Request,
    response: Response,
) -> object:
    page = await products.search(query)
    link_next(page, request, response)
    return page


@router.post("", status_code=201, response_model=ProductRead, responses=problems(AlreadyExists))
async def create_product(body: ProductCreate, products: Products, response: Response) -> Product:
    product = await products.create(Product(**body.model_dump()))
    response.headers["Location"] = f"{router.prefix}/{product.id}"
    return product


@router.get("/{product_id}", response_model=ProductRead, responses=problems(NotFound))
async def get_product(product_id: UUID, products: ReadProducts) -> Product:
    return await products.get(product_id)


@router.patch(
    "/{product_id}", response_model=ProductRead, responses=problems(NotFound, AlreadyExists)
)
async def update_product(product_id: UUID, body: ProductUpdate, products: Products) -> Product:
    product = await products.get(product_id)
    return await products.update(product, body.model_dump(exclude_unset=True))


@router.delete("/{product_id}", status_code=204, responses=problems(NotFound, StillReferenced))
async def delete_product(product_id: UUID, products: Products) -> None:
    """A product that was ordered stays: 409."""
    await products.delete(await products.get(product_id))
