"""Pages as FastAPI's documentation serves them: with a policy of their own, told in one place."""

from pathlib import Path

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.staticfiles import StaticFiles

from chassis.web.html_pages import OWN_FILES, Pages, page_policy
from tests.support.clients import Client

OF_DATA = "default-src 'none'; frame-ancestors 'none'"
PAGE = "<!doctype html><link rel=stylesheet href=style.css><h1>Hello</h1>"


@pytest.fixture
def site(tmp_path: Path) -> StaticFiles:
    (tmp_path / "index.html").write_text(PAGE, encoding="utf-8")
    (tmp_path / "style.css").write_text("h1 { color: red }", encoding="utf-8")
    return StaticFiles(directory=tmp_path, html=True)


def policies(response: httpx.Response) -> list[str]:
    return response.headers.get_list("content-security-policy")


async def test_a_page_that_asks_for_nothing_is_taken_for_data(app: FastAPI, client: Client) -> None:
    @app.get("/page", response_class=HTMLResponse)
    async def page() -> str:
        return PAGE

    assert policies(await client.get("/page")) == [OF_DATA]


async def test_a_response_keeps_the_policy_that_it_sets_itself(
    app: FastAPI, client: Client
) -> None:
    own = {"Content-Security-Policy": "img-src *"}

    @app.get("/set", dependencies=[page_policy()])
    async def on_response() -> Response:
        return HTMLResponse(PAGE, headers=own)

    @app.get("/parameter")
    async def by_parameter(response: Response) -> None:
        response.headers.update(own)

    for path in ("/set", "/parameter"):
        assert policies(await client.get(path)) == ["img-src *"]


async def test_a_route_has_a_policy_for_its_page(app: FastAPI, client: Client) -> None:
    @app.get("/text", response_class=HTMLResponse, dependencies=[page_policy()])
    async def text() -> str:
        return PAGE

    @app.get("/response", dependencies=[page_policy("img-src 'self'")])
    def response() -> HTMLResponse:
        return HTMLResponse(PAGE)

    text_answer, response_answer = await client.get("/text"), await client.get("/response")
    assert policies(text_answer) == [OWN_FILES]
    assert policies(response_answer) == ["img-src 'self'"]
    assert text_answer.headers["cache-control"] == "no-store"
    assert text_answer.headers["x-content-type-options"] == "nosniff"


async def test_the_policy_nearest_to_the_page_is_its_own(app: FastAPI, client: Client) -> None:
    router = APIRouter(dependencies=[page_policy("img-src *")])

    @router.get("/of-router")
    async def of_router() -> HTMLResponse:
        return HTMLResponse(PAGE)

    @router.get("/of-route", dependencies=[page_policy("img-src 'self'")])
    async def of_route() -> HTMLResponse:
        return HTMLResponse(PAGE)

    app.include_router(router)

    assert policies(await client.get("/of-router")) == ["img-src *"]
    assert policies(await client.get("/of-route")) == ["img-src 'self'"]


async def test_an_application_of_pages_may_be_mounted(app: FastAPI, client: Client) -> None:
    pages = FastAPI(dependencies=[page_policy("img-src *")])

    @pages.get("/page")
    async def page() -> HTMLResponse:
        return HTMLResponse(PAGE)

    app.mount("/pages", pages)
    app.mount("/around", Pages(pages, "img-src 'none'"))

    for path in ("/pages/page", "/around/page"):
        assert policies(await client.get(path)) == ["img-src *"]
    assert policies(await client.get("/around/nowhere")) == ["img-src 'none'"]


@pytest.mark.parametrize("prefix", ["/site", ""])
async def test_files_are_pages_with_their_styles(
    app: FastAPI, client: Client, site: StaticFiles, prefix: str
) -> None:
    app.mount(prefix, Pages(site))

    page = await client.get(f"{prefix}/")
    assert (page.status_code, page.text) == (200, PAGE)
    assert policies(page) == [OWN_FILES]
    assert (await client.get(f"{prefix}/style.css")).headers["content-type"].startswith("text/css")
    assert (await client.head(f"{prefix}/style.css")).status_code == 200
    assert (await client.get(f"{prefix}/nowhere")).json()["status"] == 404
    assert (await client.get("/health/live")).status_code == 200


async def test_a_browser_keeps_a_file_and_asks_whether_it_changed(
    app: FastAPI, client: Client, site: StaticFiles
) -> None:
    app.mount("/site", Pages(site))
    app.mount("/kept", Pages(site, cache_control="public, max-age=60"))
    first = await client.get("/site/style.css")

    again = await client.get("/site/style.css", headers={"If-None-Match": first.headers["etag"]})

    assert first.headers.get_list("cache-control") == ["no-cache"]
    assert (again.status_code, again.content) == (304, b"")
    kept = await client.get("/kept/style.css")
    assert kept.headers.get_list("cache-control") == ["public, max-age=60"]


async def test_a_file_has_the_policy_of_its_route(
    app: FastAPI, client: Client, tmp_path: Path
) -> None:
    file = tmp_path / "report.html"
    file.write_text(PAGE, encoding="utf-8")

    @app.get("/report", dependencies=[page_policy()])
    async def report() -> FileResponse:
        return FileResponse(file)

    assert policies(await client.get("/report")) == [OWN_FILES]


async def test_a_policy_may_stand_on_several_lines(app: FastAPI, client: Client) -> None:
    policy = """
        default-src 'self';
        img-src *
    """

    @app.get("/page", dependencies=[page_policy(policy)])
    async def page() -> HTMLResponse:
        return HTMLResponse(PAGE)

    assert policies(await client.get("/page")) == ["default-src 'self'; img-src *"]
