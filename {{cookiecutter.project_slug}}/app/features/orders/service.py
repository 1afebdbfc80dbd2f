"""Placing and cancelling orders: one transaction over orders and the stock of products."""

from collections import Counter
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

# {% if "jobs" in cookiecutter.parts %}
from app.features.orders.jobs import after_placing

# {% endif %}
from app.features.orders.models import Order, OrderLine, OrderStatus
from app.features.orders.repository import OrderRepository
from app.features.orders.schemas import BestSellers, OrderCreate
from app.features.products.models import Product
from app.features.products.repository import ProductRepository
from chassis.caching.cached import Cached
from chassis.problems import Conflict

BEST_SELLERS = Cached("best-sellers", BestSellers, ttl=60)
"""Costs more with each order, and one order more changes little: nothing is forgotten here."""
MOST_STOCK = 2**31 - 1  # of the column


class OutOfStock(Conflict):
    type = "/problems/out-of-stock"
    title = "Out of stock"


class OrderService:
    """The session's transaction holds it all: either everything is stored or nothing."""

    def __init__(self, session: AsyncSession) -> None:
        # {% if "jobs" in cookiecutter.parts %}
        self.session = session
        # {% endif %}
        self.orders = OrderRepository(session)
        self.products = ProductRepository(session)

    async def place(self, request: OrderCreate) -> Order:
        """Raises OutOfStock, and NotFound for an unknown product."""
        quantities: Counter[UUID] = Counter()
        for line in request.lines:
            quantities[line.product_id] += line.quantity
        products = await self.products.lock_many(quantities)
        for key, quantity in quantities.items():
            take(products[key], quantity)
        lines = [
            OrderLine(
                position=position,
                product_id=key,
                quantity=quantity,
                price_cents=products[key].price_cents,
            )
            for position, (key, quantity) in enumerate(quantities.items(), start=1)
        ]
        total = sum(line.quantity * line.price_cents for line in lines)
        order = Order(lines=lines, total_cents=total)
        await self.orders.create(order)
        # {% if "jobs" in cookiecutter.parts %}
        await after_placing(self.session, order)
        # {% endif %}
        return order

    async def lock(self, key: UUID) -> Order:
        """The order, which nobody else can change until the transaction ends. Raises NotFound."""
        return (await self.orders.lock_many([key]))[key]

    async def cancel(self, order: Order) -> Order:
        """Puts the stock of a locked order back, once however often. Raises Conflict."""
        if order.status is OrderStatus.CANCELLED:
            return order
        products = await self.products.lock_many(line.product_id for line in order.lines)
        for line in order.lines:
            put_back(products[line.product_id], line.quantity)
        return await self.orders.update(order, {"status": OrderStatus.CANCELLED})


def take(product: Product, quantity: int) -> None:
    if product.stock < quantity:
        message = f"Of product {product.id} {quantity} are wanted and {product.stock} are left."
        raise OutOfStock(message)
    product.stock -= quantity


def put_back(product: Product, quantity: int) -> None:
    if product.stock > MOST_STOCK - quantity:
        message = f"Product {product.id} has {product.stock} in stock, and no room for {quantity}."
        raise Conflict(message)
    product.stock += quantity
