"""Reads a small JSON document over HTTP. Imported where a provider's keys are to be read."""

import json
from typing import Any

import aiohttp

from chassis.auth.remote_keys import FetchError

TIMEOUT = 5.0
"""Seconds for all of it: a request that needs the keys waits."""
LARGEST = 262_144
OK = 200


async def fetch_json(url: str) -> Any:
    """Raises FetchError. Follows no redirect: nobody else is to say which keys are right."""
    try:
        content = await _read(url)
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        message = f"{url}: {str(error) or type(error).__name__}"
        raise FetchError(message) from error
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        message = f"{url}: no JSON"
        raise FetchError(message) from error


async def _read(url: str) -> bytes:
    async with (
        aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=TIMEOUT),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            headers={"Accept": "application/json", "Accept-Encoding": "identity"},
        ) as session,
        session.get(url, allow_redirects=False) as response,
    ):
        if response.status != OK:
            message = f"{url} answers {response.status}"
            raise FetchError(message)
        content = b""
        async for chunk in response.content.iter_any():
            content += chunk
            if len(content) > LARGEST:
                message = f"{url} has more than {LARGEST} bytes"
                raise FetchError(message)
        return content
