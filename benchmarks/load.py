"""The client: a fixed number of requests over keep-alive connections, as cheap as Python allows."""

import asyncio


async def send(port: int, path: str, requests: int, connections: int = 16) -> None:
    """Raises RuntimeError for an answer other than 200."""
    share = requests // connections
    await asyncio.gather(*(_one_connection(port, path, share) for _ in range(connections)))


async def _one_connection(port: int, path: str, requests: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
    for _ in range(requests):
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        if not head.startswith(b"http/1.1 200"):
            raise RuntimeError(head.decode())
        await reader.readexactly(int(head.partition(b"content-length:")[2].split(b"\r\n")[0]))
    writer.close()
