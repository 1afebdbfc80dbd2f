"""Requests that make a mark, and what came of them."""

from typing import Any

from httpx import Response

from tests.support.clients import Client

NAME = "Idempotency-Key"
KEY = {NAME: "8e03978e-40d5-43dd-bc93-6894a57f9324"}
OF_EACH_RESPONSE = {"traceresponse", "x-request-id", "x-response-time", "idempotent-replayed"}


async def post(
    client: Client, path: str = "/marks/a", body: bytes = b"x", headers: dict[str, str] = KEY
) -> Response:
    return await client.post(path, content=body, headers=headers)


async def made(marks: Any) -> int:
    return int(await marks.fetchval("SELECT count(*) FROM scratch.marks"))


async def kept(sql: Any) -> int:
    return int(await sql.fetchval("SELECT count(*) FROM idempotency_keys"))


def answer(response: Response) -> tuple[int, list[tuple[str, str]], bytes]:
    headers = [pair for pair in response.headers.multi_items() if pair[0] not in OF_EACH_RESPONSE]
    return response.status_code, headers, response.content


def is_replay(response: Response) -> bool:
    return "idempotent-replayed" in response.headers
