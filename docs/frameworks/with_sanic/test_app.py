"""How such an application is tested: its start and end called, and its routes over a socket."""

import asyncio
import json
from contextlib import closing
from http.client import HTTPConnection
from socket import create_server
from typing import Any

from sanic import Sanic

from with_sanic.app import create_app


def test_a_product_is_created_once_and_what_is_refused_is_a_problem() -> None:
    asyncio.run(use_it(create_app()))


async def use_it(app: Sanic) -> None:
    given = {"sku": "sanic-1", "name": "Sanic"}
    socket = create_server(("127.0.0.1", 0))
    server = await app.create_server(sock=socket, return_asyncio_server=True)
    await server.startup()
    await server.before_start()
    await server.start_serving()
    port = socket.getsockname()[1]
    try:
        created = await asyncio.to_thread(ask, port, "POST", "/products", given)
        found = await asyncio.to_thread(ask, port, "GET", f"/products/{created[1]['id']}")
        asked = [("POST", "/products", given), ("POST", "/products", {}), ("GET", "/nowhere")]
        refused = [(await asyncio.to_thread(ask, port, *it))[0] for it in asked]
    finally:
        await server.close()
        await server.after_stop()
    assert (created[0], found) == (201, (200, created[1]))
    assert refused == [409, 422, 404]


def ask(port: int, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    with closing(HTTPConnection("127.0.0.1", port)) as connection:
        connection.request(method, path, None if body is None else json.dumps(body))
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
