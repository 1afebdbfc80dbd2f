"""Many calls of a guarded route at once."""

import asyncio

from tests.support.callers import bearer
from tests.support.clients import Client


async def statuses(client: Client, tokens: list[str]) -> list[int]:
    asked = [client.get("/guarded", headers=bearer(token)) for token in tokens]
    return [answer.status_code for answer in await asyncio.gather(*asked)]
