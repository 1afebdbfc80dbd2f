"""Queries on products."""

from collections.abc import Iterator
from types import MappingProxyType
from typing import Annotated

from fastapi import Depends
from sqlalchemy import ColumnElement

from app.features.products.models import Product
from app.features.products.schemas import ProductQuery
from chassis.database.paging.keyset import Page
from chassis.database.repository import Repository
from chassis.web.sessions import for_reads, in_transaction


class ProductRepository(Repository[Product]):
    model = Product
    sorts = MappingProxyType(
        {"id": Product.id, "name": Product.name, "price_cents": Product.price_cents}
    )

    async def search(self, query: ProductQuery) -> Page[Product]:
        return await self.page(
            sort=query.sort, limit=query.limit, cursor=query.cursor, where=list(_filters(query))
        )


def _filters(query: ProductQuery) -> Iterator[ColumnElement[bool]]:
    if query.sku is not None:
        yield Product.sku == query.sku
    if query.name is not None:
        yield Product.name.icontains(query.name, autoescape=True)
    if query.min_price_cents is not None:
        yield Product.price_cents >= query.min_price_cents
    if query.max_price_cents is not None:
        yield Product.price_cents <= query.max_price_cents
    if query.in_stock is not None:
        yield (Product.stock > 0) == query.in_stock


Products = Annotated[ProductRepository, Depends(in_transaction(ProductRepository))]
"""In the request's transaction."""

ReadProducts = Annotated[ProductRepository, Depends(for_reads(ProductRepository))]
"""For reads alone."""
