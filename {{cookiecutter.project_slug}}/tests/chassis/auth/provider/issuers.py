"""An OpenID provider with keys of its own, over real HTTP, that can break in several ways."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from jwt.algorithms import RSAAlgorithm

from tests.chassis.auth.forging import Forge

AUDIENCE = "shop"
DISCOVERY, KEYS = "/.well-known/openid-configuration", "/keys"


@cache  # to make one takes a while
def rsa_key(_number: int, bits: int = 2_048) -> RSAPrivateKey:
    return generate_private_key(public_exponent=65_537, key_size=bits)


class FakeIssuer:
    def __init__(self) -> None:
        self.url = ""
        self.keys: dict[str, RSAPrivateKey] = {}
        self.signing = ""
        self.made = 0
        self.asked: list[str] = []
        """Paths, as often as they were asked for."""
        self.status = 200
        self.replaced: dict[str, bytes] = {}
        """What is answered instead, by path."""
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    def rotate(self, kid: str, *, keep: bool = True) -> None:
        """Sign with a new key, and leave the old ones among those that are told, or not."""
        self.made += 1
        self.keys = {**(self.keys if keep else {}), kid: rsa_key(self.made)}
        self.signing = kid

    def forge(self) -> Forge:
        return Forge(self.keys[self.signing], "RS256", self.signing, self.url, AUDIENCE)

    def settings(self, **more: Any) -> dict[str, Any]:
        return {"oidc_issuer": self.url, "oidc_audience": [AUDIENCE], **more}

    def content(self, path: str) -> bytes:
        if path in self.replaced:
            return self.replaced[path]
        if path == DISCOVERY:
            return json.dumps({"issuer": self.url, "jwks_uri": self.url + KEYS}).encode()
        return json.dumps({"keys": [_jwk(kid, key) for kid, key in self.keys.items()]}).encode()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            path = (await reader.readuntil(b"\r\n\r\n")).split(b" ")[1].decode()
            self.asked.append(path)
            await self.may_answer.wait()
            content = self.content(path)
            head = f"HTTP/1.1 {self.status} Said\r\nContent-Length: {len(content)}\r\n"
            writer.write(f"{head}Location: {self.url}{KEYS}\r\nConnection: close\r\n\r\n".encode())
            writer.write(content)
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass  # who asked has gone
        finally:
            writer.close()


def _jwk(kid: str, key: RSAPrivateKey) -> dict[str, Any]:
    return {**RSAAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": kid, "use": "sig"}


@asynccontextmanager
async def fake_issuer() -> AsyncIterator[FakeIssuer]:
    issuer = FakeIssuer()
    server = await asyncio.start_server(issuer.answer, "127.0.0.1")
    issuer.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    issuer.rotate("first")
    try:
        yield issuer
    finally:
        server.close()
        issuer.may_answer.set()
