"""A URL that a user gives leads to the public internet or nowhere, whatever it says."""

from typing import Any

import pytest
from aiohttp import ThreadedResolver
from yarl import URL

from chassis.outbound import public_only
from chassis.outbound.addresses import is_public
from chassis.outbound.problems import UpstreamFailed, UpstreamUnavailable, UrlNotPublic
from chassis.outbound.upstream import Upstream
from tests.chassis.outbound.conftest import OpenOutbound
from tests.chassis.outbound.misbehaving import Misbehaving, misbehaving


@pytest.fixture
async def anywhere(open_outbound: OpenOutbound) -> Upstream:
    found: Upstream = (await open_outbound(connections=4)).public
    return found


@pytest.fixture
def _all_are_public(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no other server to be reached."""
    monkeypatch.setattr(public_only, "is_public", lambda _: True)


@pytest.mark.parametrize(
    "address",
    [
        *("0.0.0.1", "10.0.0.1", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.16.0.1"),
        *("192.0.0.8", "192.0.0.9", "192.0.2.1", "192.88.99.1", "192.168.0.1", "198.18.0.1"),
        *("224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255"),
        *("::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::7f00:1"),
        *("64:ff9b::808:808", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::"),
        *("3fff::1", "5f00::1", "fc00::1", "fd00::1", "fe80::1", "fe80::1%1", "fec0::1", "ff02::1"),
    ],
)
def test_an_address_of_our_own_or_of_nobody_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "192.0.1.1", "223.255.255.1", "2606:4700::1111"])
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "host",
    [
        *("localhost", "127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "LOCALHOST"),
        *("127.1", "0177.0.0.1", "0x7f.1", "2130706433", "0x7f000001", "127.0.0.1.", "0"),
        *("①②⑦.⓪.⓪.①", "127。0。0。1", "[::ffff:7f00:1]", "[::127.0.0.1]"),
    ],
)
async def test_no_way_to_write_it_leads_to_this_machine(
    anywhere: Upstream, peer: Misbehaving, host: str
) -> None:
    port = URL(peer.url).port
    with pytest.raises(UrlNotPublic):
        await anywhere.get(f"http://{host}:{port}/number")

    assert peer.connected == 0


@pytest.mark.parametrize(
    "url",
    [
        *("file:///etc/passwd", "gopher://a.example/", "ftp://a.example/", "/number", ""),
        *("http://", "http://user:pw@a.example/", "http://:pw@a.example/", "http://[::1", "//a/b"),
        "http://a.example:99999/",
    ],
)
async def test_what_is_no_address_of_the_web_is_refused(anywhere: Upstream, url: str) -> None:
    with pytest.raises(UrlNotPublic):
        await anywhere.get(url)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
async def test_a_name_that_changes_its_address_leads_nowhere(
    anywhere: Upstream, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    """Whatever it was when somebody looked."""
    addresses = iter(["192.0.1.1", host, host, host])
    async with misbehaving(host) as peer:
        port = URL(peer.url).port

        async def resolve(_: Any, name: str, *__: Any, **___: Any) -> list[dict[str, Any]]:
            address = {"hostname": name, "host": next(addresses), "port": port}
            return [{**address, "family": 10 if ":" in host else 2, "proto": 0, "flags": 0}]

        monkeypatch.setattr(ThreadedResolver, "resolve", resolve)
        resolver = ThreadedResolver()
        assert is_public((await resolver.resolve("a.example"))[0]["host"])
        with pytest.raises(UrlNotPublic):
            await anywhere.get(f"http://a.example:{port}/number")

        assert peer.connected == 0


async def test_each_address_of_a_name_is_looked_at(
    anywhere: Upstream, peer: Misbehaving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(public_only, "is_public", lambda address: address == "127.0.0.2")
    hosts = ["127.0.0.1", "127.0.0.2"]
    port = URL(peer.url).port

    async def resolve(_: Any, name: str, *__: Any, **___: Any) -> list[dict[str, Any]]:
        about = {"hostname": name, "port": port, "family": 2, "proto": 0, "flags": 0}
        return [{**about, "host": host} for host in hosts]

    monkeypatch.setattr(ThreadedResolver, "resolve", resolve)

    with pytest.raises((UrlNotPublic, UpstreamUnavailable)):  # it listens at the first alone
        await anywhere.get(f"http://both.example:{port}/number")

    assert peer.connected == 0


@pytest.mark.usefixtures("_all_are_public")
async def test_no_redirect_is_followed(anywhere: Upstream, peer: Misbehaving) -> None:
    with pytest.raises(UpstreamFailed) as raised:
        await anywhere.get(f"{peer.url}/redirect", params={"a": "b"})

    assert raised.value.answered == 302
    assert peer.counts == {"GET /redirect": 1}
    assert "GET /redirect?a=b HTTP/1.1" in peer.heads[0]


@pytest.mark.usefixtures("_all_are_public")
async def test_it_is_bounded_as_any_call(anywhere: Upstream, peer: Misbehaving) -> None:
    assert (await anywhere.get(f"{peer.url}/number")).body == b'{"number": 7}'
    with pytest.raises(UpstreamFailed):
        await anywhere.get(f"{peer.url}/bomb")


async def test_no_proxy_stands_between(open_outbound: OpenOutbound, peer: Misbehaving) -> None:
    """It would connect where we would not."""
    outbound = await open_outbound(proxy=peer.url)

    with pytest.raises(UrlNotPublic):
        await outbound.public.get("http://127.0.0.1:1/")

    assert peer.connected == 0
