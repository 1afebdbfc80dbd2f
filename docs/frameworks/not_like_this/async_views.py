"""Not like this: Flask runs each `async def` view in an event loop of its own, and then ends it.

`gunicorn --workers 1 not_like_this.async_views:app`
"""

from chassis.database.connections.engine import create_engine
from chassis.database.session import Database
from chassis.settings import Settings
from flask import Flask, request

from products import create_product, product_in, shown

app = Flask(__name__)
database = Database(create_engine(Settings().database, "async views"))


@app.post("/products")
async def create() -> tuple[dict[str, str], int]:
    async with database.transaction() as session:
        product = await create_product(session, product_in(request.get_data()))
    return shown(product), 201
