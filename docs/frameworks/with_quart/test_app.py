"""How such an application is tested: its lifespan entered, called by Quart's own client."""

import asyncio

from with_quart.app import create_app


def test_a_product_is_created_once_and_what_is_refused_is_a_problem() -> None:
    asyncio.run(use_it())


async def use_it() -> None:
    given = {"sku": "quart-1", "name": "Quart"}
    async with create_app().test_app() as app:
        client = app.test_client()
        created = await (await client.post("/products", json=given)).get_json()
        found = await client.get(f"/products/{created['id']}")
        assert await found.get_json() == created
        again = await client.post("/products", json=given)
        wrong = await client.post("/products", json={})
        nowhere = await client.get("/nowhere")
        ready = await client.get("/health/ready")
    assert [it.status_code for it in (again, wrong, nowhere, ready)] == [409, 422, 404, 200]
    problems = {it.content_type for it in (again, wrong, nowhere)}
    assert problems == {"application/problem+json"}
