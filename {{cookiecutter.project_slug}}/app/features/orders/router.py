"""Orders over HTTP."""

from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

# {% if "accounts" in cookiecutter.parts %}
from app.features.orders.guards import MAY_WRITE

# {% endif %}
from app.features.orders.models import Order
from app.features.orders.repository import EveryOrder, ReadOrders
from app.features.orders.schemas import BestSellers, OrderCreate, OrderQuery, OrderRead
from app.features.orders.service import BEST_SELLERS, OrderService, OutOfStock
from chassis.problems import Conflict, NotFound, PreconditionFailed
from chassis.web.conditional import matching, not_modified, tagged, tags
from chassis.web.idempotency import Once
from chassis.web.openapi import Tag, problems
from chassis.web.pagination import PageOf, link_next
from chassis.web.responses import created
from chassis.web.sessions import CurrentDatabase

router = APIRouter(
    prefix="/v1/orders", tags=[Tag("orders", "What was ordered, at the prices of that moment.")]
)


@router.get("", response_model=PageOf[OrderRead])
async def list_orders(
    query: Annotated[OrderQuery, Query()],
    orders: ReadOrders,
    request: Request,
    response: Response,
) -> object:
    """A page of them, narrowed and sorted as asked."""
    page = await orders.search(query)
    link_next(page, request, response)
    return page


@router.post(
    "",
    status_code=201,
    response_model=OrderRead,
    # {% if "accounts" in cookiecutter.parts %}
    dependencies=[MAY_WRITE],
    # {% endif %}
    responses=tags(201) | problems(NotFound, OutOfStock),
)
async def place_order(body: OrderCreate, once: Once) -> Response:
    """Takes the stock of every line, or of none."""

    async def place(session: AsyncSession) -> Response:
        order = await OrderService(session).place(body)
        return created(order, OrderRead, f"{router.prefix}/{order.id}")

    return await once.run(place)


@router.get("/best-sellers")
async def get_best_sellers(orders: ReadOrders) -> BestSellers:
    """What is ordered most, as of the last minute."""
    return await BEST_SELLERS.get("all", orders.best_sellers)


@router.get("/export")
async def export_orders(orders: EveryOrder) -> AsyncIterator[OrderRead]:
    """All of them as JSON Lines, in the order of creation.

    One that ends with a broken connection is not whole.
    """
    async for order in orders:
        yield OrderRead.model_validate(order)


@router.get("/{order_id}", response_model=OrderRead, responses=tags(200, 304) | problems(NotFound))
async def get_order(
    order_id: UUID, orders: ReadOrders, request: Request, response: Response
) -> Order | Response:
    """With the `ETag` of an earlier answer in `If-None-Match`: 304 unless it has changed."""
    order = await orders.get(order_id)
    return not_modified(order, request) or tagged(order, response)


@router.post(
    "/{order_id}/cancel",
    response_model=OrderRead,
    # {% if "accounts" in cookiecutter.parts %}
    dependencies=[MAY_WRITE],
    # {% endif %}
    responses=tags(200) | problems(NotFound, Conflict, PreconditionFailed),
)
async def cancel_order(
    order_id: UUID, database: CurrentDatabase, request: Request, response: Response
) -> Order:
    """Puts the stock back; cancelling again changes nothing.

    With the `ETag` in `If-Match`: 412 when the order is no longer in that version.
    """

    async def cancel(session: AsyncSession) -> Order:
        orders = OrderService(session)
        order = await orders.lock(order_id)
        with matching(order, request):
            return await orders.cancel(order)

    return tagged(await database.run(cancel), response)
