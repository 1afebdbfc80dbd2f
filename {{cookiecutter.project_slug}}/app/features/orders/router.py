"""Orders over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from app.features.orders.models import Order
from app.features.orders.repository import ReadOrders
from app.features.orders.schemas import OrderCreate, OrderQuery, OrderRead
from app.features.orders.service import Orders, OutOfStock
from app.problems import NotFound
from app.web.openapi import problems
from app.web.pagination import PageOf, link_next

router = APIRouter(prefix="/v1/orders", tags=["orders"])


@router.get("", response_model=PageOf[OrderRead])
async def list_orders(
    query: Annotated[OrderQuery, Query()],
    orders: ReadOrders,
    request: Request,
    response: Response,
) -> object:
    page = await orders.search(query)
    link_next(page, request, response)
    return page


@router.post(
    "", status_code=201, response_model=OrderRead, responses=problems(NotFound, OutOfStock)
)
async def place_order(body: OrderCreate, orders: Orders, response: Response) -> Order:
    """Takes the stock of every line, or of none."""
    order = await orders.place(body)
    response.headers["Location"] = f"{router.prefix}/{order.id}"
    return order


@router.get("/{order_id}", response_model=OrderRead, responses=problems(NotFound))
async def get_order(order_id: UUID, orders: ReadOrders) -> Order:
    return await orders.get(order_id)


@router.post("/{order_id}/cancel", response_model=OrderRead, responses=problems(NotFound))
async def cancel_order(order_id: UUID, orders: Orders) -> Order:
    """Puts the stock back; cancelling again changes nothing."""
    return await orders.cancel(order_id)
