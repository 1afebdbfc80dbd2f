"""Queries on orders."""

from collections.abc import AsyncGenerator, AsyncIterator
from types import MappingProxyType
from typing import Annotated

from fastapi import Depends
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from app.features.orders.models import Order, OrderLine, OrderStatus
from app.features.orders.schemas import BestSeller, BestSellers, OrderQuery
from app.features.products.models import Product
from chassis.database.paging.keyset import Page
from chassis.database.repository import Repository
from chassis.web.sessions import for_reads
from chassis.web.streams.beginning import begun

EXPORTED_AT_ONCE = 500


class OrderRepository(Repository[Order]):
    model = Order
    load = (selectinload(Order.lines),)
    sorts = MappingProxyType({"id": Order.id})

    async def search(self, query: OrderQuery) -> Page[Order]:
        where = [] if query.status is None else [Order.status == query.status]
        return await self.page(sort=query.sort, limit=query.limit, cursor=query.cursor, where=where)

    async def best_sellers(self) -> BestSellers:
        """The ten products of which most were ordered; reads every line there is."""
        units = func.sum(OrderLine.quantity).label("units")
        found = await self.rows(
            select(OrderLine.product_id, Product.name, units)
            .join(Product, Product.id == OrderLine.product_id)
            .join(Order, Order.id == OrderLine.order_id)
            .where(Order.status == OrderStatus.PLACED)
            .group_by(OrderLine.product_id, Product.name)
            .order_by(units.desc(), OrderLine.product_id)
            .limit(10)
        )
        return BestSellers(products=tuple(BestSeller.model_validate(row) for row in found))

    async def every(self) -> AsyncGenerator[Order, None]:
        """In the order of creation. Holds a connection for each page alone, however slow a client.

        What is placed while it runs comes last; a page sees what is committed when it is read.
        """
        cursor, more = None, True
        while more:
            page = await self.page(sort="id", limit=EXPORTED_AT_ONCE, cursor=cursor)
            for order in page.items:
                yield order
            cursor, more = page.next_cursor, page.next_cursor is not None


ReadOrders = Annotated[OrderRepository, Depends(for_reads(OrderRepository))]
"""For reads alone; changes go through the service, in a transaction that may run again."""


async def _every_order(orders: ReadOrders) -> AsyncIterator[AsyncIterator[Order]]:
    async with begun(orders.every()) as every:
        yield every


EveryOrder = Annotated[AsyncIterator[Order], Depends(_every_order)]
"""The first page is read before the response begins: its failure still has a status."""
