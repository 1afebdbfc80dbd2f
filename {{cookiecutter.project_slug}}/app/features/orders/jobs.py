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
    """Sent at least once: the mailer knows by the key what it has sent already."""
    async with run.database.reading(primary=True) as session:
        order = await OrderRepository(session).get(order_id)
    await deliver(order, idempotency_key=str(run.id))


async def deliver(order: Order, *, idempotency_key: str) -> None:
    """Here your mailer is called, with the key in `Idempotency-Key`; no transaction is open."""
    structlog.get_logger().info(
        "receipt sent",
        order_id=str(order.id),
        total_cents=order.total_cents,
        mail_id=idempotency_key,
    )
