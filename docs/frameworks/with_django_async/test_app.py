"""How such an application is tested: opened by a fixture, called by Django's own client."""

import asyncio

from chassis.database.opening import open_database
from chassis.settings import Settings
from django.test import AsyncClient

from with_django_async.apps import shop
from with_django_async.asgi import application  # noqa: F401  sets Django up


def test_a_product_is_created_once_and_what_is_refused_is_a_problem() -> None:
    asyncio.run(use_it(AsyncClient()))


async def use_it(client: AsyncClient) -> None:
    given = {"sku": "django-async-1", "name": "Django"}
    async with open_database(Settings().database, "test") as shop().opened:
        created = (await client.post("/products", given, content_type="application/json")).json()
        assert (await client.get(f"/products/{created['id']}")).json() == created
        again = await client.post("/products", given, content_type="application/json")
        wrong = await client.post("/products", {}, content_type="application/json")
        nowhere = await client.get("/no")
        ready = await client.get("/health/ready")
    assert [it.status_code for it in (again, wrong, nowhere, ready)] == [409, 422, 404, 200]
    problems = {it["Content-Type"] for it in (again, wrong, nowhere)}
    assert problems == {"application/problem+json"}
