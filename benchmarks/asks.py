"""The requests that are measured."""

import json

from benchmarks.load import Ask
from benchmarks.service import FEW

LIVE = Ask("/health/live")
NESTED = Ask("/outer/inner/trivial")
LATER = Ask("/trivial")
"""Of `benchmarks/subjects/with_routes.py`."""
ID = "00000000-0000-7000-8000-{:012x}"
"""Of the row of a number, see `benchmarks/subjects/rows.py`."""
GET = Ask("/v1/products/" + ID.format(FEW // 2))
LIST = Ask("/v1/products?limit=50")
NOT_MODIFIED = Ask(GET.path, status=304, headers={"If-None-Match": '"1"'})


def _product(number: int) -> bytes:
    product = {"sku": f"new-{number}", "name": f"Name {number}", "price_cents": 1999, "stock": 3}
    return json.dumps(product).encode()


def _order(number: int) -> bytes:
    """Of two products, other ones than the requests at the same time."""
    products = (ID.format(number * 2 % FEW + 1), ID.format((number * 2 + 1) % FEW + 1))
    return json.dumps({"lines": [{"product_id": id_, "quantity": 1} for id_ in products]}).encode()


CREATE = Ask("/v1/products", "POST", 201, body=_product)
ORDER = Ask("/v1/orders", "POST", 201, body=_order)
