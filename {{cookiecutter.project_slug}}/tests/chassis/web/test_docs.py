"""The page for people: all of it from this service, and nothing in it that could be injected."""

import re
from concurrent.futures import Future, ThreadPoolExecutor, wait
from threading import Thread, current_thread
from typing import Any
from urllib.parse import urljoin

import pytest
from fastapi import FastAPI

from chassis.settings import Settings
from chassis.web import openapi
from tests.chassis.application import create_app
from tests.support.clients import Client, client_of
from tests.support.composition import StartApp
from tests.support.settings import make_settings

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


async def test_the_document_is_made_in_a_thread_that_leaves_the_loop_to_others(
    app: FastAPI, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    first: list[Thread] = []

    def noting(document: dict[str, Any], app: FastAPI) -> None:
        first.append(current_thread())
        complete(document, app)

    complete = openapi._complete
    monkeypatch.setattr(openapi, "_complete", noting)

    assert (await client.get("/openapi.json")).status_code == 200

    assert len(first) == 1
    assert first[0] is not current_thread()


def test_nobody_gets_the_document_before_it_is_complete(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of several who ask first, each in a thread of its own."""
    app = FastAPI()
    openapi.describe_api(app)
    others: list[Future[bool]] = []

    def completing(document: dict[str, Any], app: FastAPI) -> None:
        others.append(pool.submit(lambda: "complete" in app.openapi()))
        wait(others, timeout=0.05)  # in which they would have it
        document["complete"] = True

    monkeypatch.setattr(openapi, "_complete", completing)
    with ThreadPoolExecutor() as pool:
        assert "complete" in app.openapi()

    assert others[0].result()


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


PATHS = ["/docs", "/docs/start.js", "/docs/swagger-ui.css", "/openapi.json"]


@pytest.mark.parametrize(("docs", "status"), [(True, 200), (False, 404)])
async def test_it_is_served_where_the_setting_says_so(
    start_app: StartApp, database_url: str, docs: bool, status: int
) -> None:
    settings = make_settings(database={"url": database_url}, server={"docs": docs})

    async with client_of(await start_app(settings)) as client:
        assert {(await client.get(path)).status_code for path in PATHS} == {status}


def test_what_is_not_served_can_still_be_printed(settings: Settings) -> None:
    hidden = settings.server.model_copy(update={"docs": False})
    app = create_app(settings.model_copy(update={"server": hidden}))

    assert app.openapi()["paths"]
