"""What is sent: to the right place, and nothing that is not meant for it."""

import asyncio
from decimal import Decimal
from typing import Any

import pytest
from pydantic import BaseModel

from chassis.outbound.problems import UpstreamUnavailable
from tests.chassis.outbound.conftest import OpenOutbound
from tests.chassis.outbound.misbehaving import Misbehaving
from tests.support.upstreams import local_upstream


class Payment(BaseModel):
    cents: Decimal


async def test_a_call_says_what_it_is_given(open_outbound: OpenOutbound) -> None:
    with local_upstream() as local:
        entry = {"url": f"{local.url}/v1/", "headers": {"Authorization": "Bearer ours"}}
        bank = (await open_outbound(upstreams={"bank": entry})).upstreams["bank"]
        local.answers("POST", "/v1/payments", json={"cents": "7.00"}, status=201)

        paid = await bank.post(
            "/payments",
            read_as=Payment,
            json=Payment(cents=Decimal("7.00")),
            params={"dry run": "a&b"},
            headers={"X-Shop": "1"},
            idempotency_key="k-1",
        )

    assert paid == Payment(cents=Decimal("7.00"))
    (request,) = local.received
    assert (request.method, request.path, request.query) == (
        *("POST", "/v1/payments"),
        {"dry run": "a&b"},
    )
    assert request.json == {"cents": "7.00"}
    told = {name: request.headers[name] for name in ("authorization", "x-shop", "idempotency-key")}
    assert told == {"authorization": "Bearer ours", "x-shop": "1", "idempotency-key": "k-1"}
    assert request.headers["user-agent"] == "tests/1"
    assert request.headers["content-type"] == "application/json"


async def test_a_header_of_a_call_takes_the_place_of_the_settings(
    open_outbound: OpenOutbound, peer: Misbehaving
) -> None:
    entry = {"url": peer.url, "headers": {"authorization": "Bearer ours"}}
    shop = (await open_outbound(upstreams={"shop": entry})).upstreams["shop"]

    for headers in ({"Authorization": "Bearer mine", "content-type": "a/b"}, None):
        await shop.put("/number", json=7, headers=headers)

    named = [[ln for ln in head.splitlines() if "Bearer" in ln] for head in peer.heads]
    assert named == [["Authorization: Bearer mine"], ["authorization: Bearer ours"]]
    types = [[ln for ln in head.splitlines() if "ontent-" in ln] for head in peer.heads]
    assert [len(it) for it in types] == [2, 2]


async def test_no_cookie_of_one_answer_goes_with_the_next_request(
    open_outbound: OpenOutbound, peer: Misbehaving
) -> None:
    """Shown by a name: for an address aiohttp keeps none."""
    assert "localhost" in peer.url
    shop = (await open_outbound()).upstreams["shop"]

    for _ in range(2):
        await shop.get("/cookie")

    assert [head for head in peer.heads if "ookie:" in head] == []


async def test_the_environment_names_no_proxy(
    open_outbound: OpenOutbound, peer: Misbehaving, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    shop = (await open_outbound()).upstreams["shop"]

    assert (await shop.get("/number")).status == 200


@pytest.mark.parametrize("login", ["", "user:hunter2@"])
async def test_a_proxy_is_used_when_it_is_asked_for(
    open_outbound: OpenOutbound, peer: Misbehaving, login: str
) -> None:
    proxy = peer.url.replace("//", f"//{login}")
    outbound = await open_outbound(upstreams={"away": "http://away.example"}, proxy=proxy)

    with pytest.raises(Exception, match="did not answer"):
        await outbound.upstreams["away"].get("/orders")

    (head,) = peer.heads
    assert head.startswith("GET http://away.example/orders HTTP/1.1\r\n")
    assert ("Proxy-Authorization: Basic dXNlcjpodW50ZXIy\r\n" in head) is bool(login)


async def test_a_proxy_that_refuses_is_an_upstream_that_cannot_be_reached(
    open_outbound: OpenOutbound,
) -> None:
    heads: list[str] = []

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append((await reader.readuntil(b"\r\n\r\n")).decode())
        writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
        writer.close()

    proxy = await asyncio.start_server(refuse, "127.0.0.1", 0)
    address = f"http://user:hunter2@127.0.0.1:{proxy.sockets[0].getsockname()[1]}"
    async with proxy:
        given = {"upstreams": {"away": "https://away.example"}, "proxy": address, "attempts": 1}
        outbound = await open_outbound(**given)
        with pytest.raises(UpstreamUnavailable) as raised:
            await outbound.upstreams["away"].post("/", headers={"Authorization": "Bearer ours"})

    (head,) = heads
    assert head.startswith("CONNECT away.example:443 HTTP/1.1\r\n")
    assert "Proxy-Authorization: Basic dXNlcjpodW50ZXIy\r\n" in head
    assert "ours" not in head
    assert not raised.value.sent


@pytest.mark.parametrize(
    "path",
    [
        *("orders", "http://other.example/", "@other.example", "/a?b=c", "/a#b", "/a b", "/a\r\nb"),
        *("/..", "/../admin", "/a/../b", "/a/%2e%2E/b", "/a/..%2Fb", "/a/.", "/..%5Cb", "/ü"),
    ],
)
async def test_a_path_leads_nowhere_else(open_outbound: OpenOutbound, path: str) -> None:
    shop = (await open_outbound()).upstreams["shop"]

    with pytest.raises(ValueError, match="a path begins with /"):
        await shop.get(path)


@pytest.mark.parametrize(
    ("path", "sent"),
    [("/a%2Fb", "/a%2Fb"), ("/a.b", "/a.b"), ("//a.example/b", "//a.example/b"), ("", "/")],
)
async def test_a_path_is_sent_as_it_is(
    open_outbound: OpenOutbound, peer: Misbehaving, path: str, sent: str
) -> None:
    shop: Any = (await open_outbound()).upstreams["shop"]

    with pytest.raises(Exception, match="did not answer"):
        await shop.get(path)

    assert peer.heads[0].startswith(f"GET {sent} HTTP/1.1\r\n")
