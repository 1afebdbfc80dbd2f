"""The page for people: all of it from this service, and nothing in it that could be injected."""

import re
from urllib.parse import urljoin

import pytest

from tests.conftest import Client

ADDRESS = re.compile(r'(?:src|href)="([^"]*)"')
TYPES = {".js": "text/javascript", ".css": "text/css", ".png": "image/png"}


async def page(client: Client) -> str:
    response = await client.get("/docs")
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    return response.text


async def test_all_that_the_page_asks_for_is_there(client: Client) -> None:
    addresses = ADDRESS.findall(await page(client))

    assert len(addresses) == 4
    for address in addresses:
        response = await client.get(urljoin("/docs", address))
        assert response.status_code == 200
        assert response.content
        expected = TYPES[address[address.rindex(".") :]]
        assert response.headers["content-type"].partition(";")[0] == expected


async def test_the_page_asks_nobody_else(client: Client) -> None:
    start = (await client.get("/docs/start.js")).text

    assert "//" not in await page(client)
    assert "//" not in start


async def test_the_page_shows_the_document_of_this_service(client: Client) -> None:
    start = (await client.get("/docs/start.js")).text

    (address,) = re.findall(r'url: "([^"]*)"', start)
    response = await client.get(urljoin("/docs", address))
    assert response.json()["openapi"].startswith("3.1")


async def test_no_script_runs_but_those_files(client: Client) -> None:
    text = await page(client)

    assert re.findall(r"<script[^>]*>([^<]*)</script>", text) == ["", ""]
    assert not re.search(r"\son\w+=|javascript:", text)
    policy = policy_of((await client.get("/docs")).headers["content-security-policy"])
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert "http" not in str(policy)


def policy_of(header: str) -> dict[str, str]:
    directives = [directive.strip().partition(" ") for directive in header.split(";")]
    return {name: value for name, _, value in directives}


@pytest.mark.parametrize(
    ("path", "policy"), [("/docs", "no-store"), ("/docs/swagger-ui.css", "public, max-age=86400")]
)
async def test_only_what_never_changes_is_cached(client: Client, path: str, policy: str) -> None:
    assert (await client.get(path)).headers["cache-control"] == policy


@pytest.mark.parametrize("path", ["/redoc", "/docs/other.js", "/docs/../app/main.py"])
async def test_nothing_else_is_served(client: Client, path: str) -> None:
    assert (await client.get(path)).status_code == 404
