"""Products changed by several clients at once: no update is lost, no change is made blindly."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.support.clients import Client
from tests.support.eventually import eventually

LAMP: dict[str, Any] = {"sku": "lamp-1", "name": "Lamp", "price_cents": 1999, "stock": 0}
WAITING = """SELECT count(*) FROM pg_stat_activity
             WHERE datname = current_database() AND wait_event_type = 'Lock'"""


@pytest.fixture
async def path(client: Client) -> str:
    return str((await client.post("/v1/products", json=LAMP)).headers["location"])


@asynccontextmanager
async def changing_meanwhile(sql: Any) -> AsyncIterator[None]:
    """Another transaction changes every product; it commits when the request waits for it."""
    async with sql.transaction():
        await sql.execute("UPDATE products SET name = 'theirs', version = version + 1")
        yield
        await eventually(lambda: sql.fetchval(WAITING))


async def test_every_answer_names_its_version(client: Client) -> None:
    created = await client.post("/v1/products", json=LAMP)
    path = created.headers["location"]
    updated = await client.patch(path, json={"stock": 1})
    read = await client.get(path)

    tags = [response.headers["etag"] for response in (created, updated, read)]
    assert tags == ['"1"', '"2"', '"2"']
    for response in (created, updated, read):
        assert response.headers["cache-control"] == "no-cache"


async def test_a_list_has_no_tag_and_is_not_kept(client: Client, path: str) -> None:
    response = await client.get("/v1/products", headers={"If-None-Match": "*"})

    assert response.status_code == 200
    assert "etag" not in response.headers
    assert response.headers["cache-control"] == "no-store"


async def test_a_product_is_sent_again_only_when_it_has_changed(client: Client, path: str) -> None:
    headers = {"If-None-Match": (await client.get(path)).headers["etag"]}

    same = await client.get(path, headers=headers)
    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", '"1"')

    await client.patch(path, json={"stock": 1})
    changed = await client.get(path, headers=headers)
    assert (changed.status_code, changed.json()["stock"]) == (200, 1)


async def test_only_the_version_a_client_has_read_is_changed(client: Client, path: str) -> None:
    headers = {"If-Match": (await client.get(path)).headers["etag"]}

    first = await client.patch(path, json={"name": "Mine"}, headers=headers)
    assert (first.status_code, first.headers["etag"]) == (200, '"2"')

    second = await client.patch(path, json={"name": "Theirs", "stock": 9}, headers=headers)
    assert second.status_code == 412
    assert second.json()["type"] == "/problems/precondition-failed"
    assert (await client.get(path)).json() == first.json()


async def test_only_the_version_a_client_has_read_is_deleted(client: Client, path: str) -> None:
    await client.patch(path, json={"stock": 1})

    assert (await client.delete(path, headers={"If-Match": '"1"'})).status_code == 412
    assert (await client.get(path)).status_code == 200
    assert (await client.delete(path, headers={"If-Match": '"2"'})).status_code == 204
    assert (await client.get(path)).status_code == 404


async def test_a_condition_on_what_does_not_exist_is_not_found(client: Client, path: str) -> None:
    await client.delete(path)

    for method in ("GET", "PATCH", "DELETE"):
        for headers in ({"If-Match": "*"}, {"If-None-Match": "*"}):
            response = await client.request(method, path, headers=headers, json={})
            assert response.status_code == 404


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
@pytest.mark.parametrize(
    ("headers", "status"), [({"If-Match": '"1"'}, 412), ({"If-Match": "*"}, 412), ({}, 409)]
)
async def test_a_change_between_reading_and_writing_wins(
    client: Client, path: str, sql: Any, method: str, headers: dict[str, str], status: int
) -> None:
    async with asyncio.TaskGroup() as tasks, changing_meanwhile(sql):
        request = client.request(method, path, json={"name": "mine"}, headers=headers)
        asked = tasks.create_task(request)

    assert asked.result().status_code == status
    product = (await client.get(path)).json()
    assert (product["name"], product["version"]) == ("theirs", 2)


async def test_a_hundred_increments_lose_nothing(client: Client, path: str) -> None:
    """Twenty clients read the stock, add one and write it, five times each."""
    two_at_a_time = asyncio.Semaphore(2)  # with more, nearly every try is in vain
    statuses: Counter[int] = Counter()

    async def increment() -> int:
        async with two_at_a_time:
            read = await client.get(path)
            body = {"stock": read.json()["stock"] + 1}
            response = await client.patch(
                path, json=body, headers={"If-Match": read.headers["etag"]}
            )
        statuses[response.status_code] += 1
        return response.status_code

    async def five_times() -> None:
        for _ in range(5):
            while await increment() == 412:
                pass

    await asyncio.gather(*(five_times() for _ in range(20)))

    assert statuses.keys() == {200, 412}
    assert statuses[200] == 100
    product = (await client.get(path)).json()
    assert (product["stock"], product["version"]) == (100, 101)
