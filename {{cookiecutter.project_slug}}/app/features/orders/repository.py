"""Queries on orders."""

from types import MappingProxyType
from typing import Annotated

from fastapi import Depends
from sqlalchemy.orm import selectinload

from app.features.orders.models import Order
from app.features.orders.schemas import OrderQuery
from chassis.database.paging.keyset import Page
from chassis.database.repository import Repository
from chassis.web.sessions import for_reads


class OrderRepository(Repository[Order]):
    model = Order
    load = (selectinload(Order.lines),)
    sorts = MappingProxyType({"id": Order.id})

    async def search(self, query: OrderQuery) -> Page[Order]:
        where = [] if query.status is None else [Order.status == query.status]
        return await self.page(sort=query.sort, limit=query.limit, cursor=query.cursor, where=where)


ReadOrders = Annotated[OrderRepository, Depends(for_reads(OrderRepository))]
"""For reads alone; changes go through the service, in a transaction that may run again."""
