"""The route of a request has the template that the application gave it, mounts and all."""

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.routing import Mount, Route

from tests.chassis.web.routing.things import plain, things
from tests.support.clients import Client
from tests.support.composition import ReadLog


async def test_a_mounted_route_bears_the_prefix_in_the_log(
    app: FastAPI, client: Client, read_log: ReadLog
) -> None:
    inner, innermost = FastAPI(), FastAPI()
    innermost.include_router(things())
    inner.include_router(things())
    inner.mount("/deep/{depth}", innermost)
    app.mount("/inner/{tenant}", inner)
    app.mount("/files", StaticFiles(directory="."))
    app.router.routes.append(Mount("/plain", routes=[Route("/{thing}", plain)]))
    paths = {
        "/inner/acme/things/car": "/inner/{tenant}/things/{thing}",
        "/inner/acme/deep/9/things/car": "/inner/{tenant}/deep/{depth}/things/{thing}",
        "/inner/acme/nowhere": "/inner/{tenant}/{path}",
        "/files/pyproject.toml": "/files/{path}",
        "/plain/car": "/plain/{thing}",
    }
    for path in paths:
        await client.get(path)

    assert [line["route"] for line in read_log("request")] == [*paths.values()]


async def test_a_plain_route_has_a_template_as_well(
    app: FastAPI, client: Client, read_log: ReadLog
) -> None:
    app.router.routes += [Route("/one/{thing}", plain), Route("/other/{thing}", plain)]
    for path in ("/one/1", "/other/1", "/docs/swagger-ui.css", "/nowhere/1"):
        await client.get(path)

    expected = ["/one/{thing}", "/other/{thing}", "/docs/swagger-ui.css", None]
    assert [line["route"] for line in read_log("request")] == expected
