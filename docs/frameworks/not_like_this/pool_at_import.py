"""Not like this: connected where the module is imported, and so shared by every forked worker.

`gunicorn --workers 2 --preload --worker-class asgi not_like_this.pool_at_import:app`
"""

import asyncio

from chassis.database.connections.engine import create_engine
from chassis.database.session import Database
from chassis.settings import Settings
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from products import create_product, product_in, shown

database = Database(create_engine(Settings().database, "pool at import"))


async def connect() -> None:
    async with database.reading() as session:
        await session.execute(text("SELECT 1"))


async def create(request: Request) -> JSONResponse:
    given = product_in(await request.body())
    async with database.transaction() as session:
        product = await create_product(session, given)
    return JSONResponse(shown(product), 201)


asyncio.run(connect())
app = Starlette(routes=[Route("/products", create, methods=["POST"])])
