"""What follows an order: a receipt for who placed it, and news for other services."""

from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from app.features.orders.models import Order
from app.features.orders.repository import OrderRepository
from chassis.jobs import Run, enqueue, events, job
from chassis.web.types import Output


class OrderPlaced(Output):
    """What others are told: less than clients, since it is harder to take back."""

    id: UUID
    total_cents: int


async def after_placing(session: AsyncSession, order: Order) -> None:
    """In the transaction that places it: both happen if it is committed, and neither if not."""
    await enqueue(session, send_receipt, order_id=order.id)
    await events.publish(session, "orders.placed", order, OrderPlaced.model_validate(order))


@job(queue="mail", timeout=30)
async def send_receipt(run: Run, order_id: UUID) -> None:
    """Asked for at least once: the mailer knows by the key what it has sent already."""
    mailer = run.upstreams.get("mailer")
    if mailer is None:
        why = "OUTBOUND_UPSTREAMS names no mailer"
        structlog.get_logger().warning("no receipt is sent", order_id=str(order_id), because=why)
        return
    async with run.database.reading(primary=True) as session:
        order = await OrderRepository(session).get(order_id)
    receipt = {"order_id": order.id, "total_cents": order.total_cents}
    await mailer.post("/receipts", json=receipt, idempotency_key=str(run.id))
