"""A secret that is a part of the path is in no log line and in no span."""

from typing import Any
from uuid import UUID

import pytest
from fastapi import APIRouter, FastAPI
from starlette.applications import Starlette

from chassis.web.routing.told_path import told_path
from tests.support.clients import Client
from tests.support.composition import ReadLog

KEY = "018f3a1c-7f3a-7c3e-9d3a-2f1f3a4b5c6d"


async def reset(token: str) -> None: ...
async def of_user(user_id: int, reset_token: UUID) -> None: ...
async def files(password: str, name: str) -> None: ...
async def named(file_name: str) -> None: ...


def router() -> APIRouter:
    router = APIRouter()
    router.add_api_route("/reset/{token}", reset)
    router.add_api_route("/users/{user_id}/reset/{reset_token:uuid}", of_user)
    router.add_api_route("/shared/{password:path}/as/{name}", files)
    router.add_api_route("/files/{file_name}", named)
    return router


CASES = {
    "/v1/reset/hunter2": "/v1/reset/***",
    f"/v1/users/7/reset/{KEY}": "/v1/users/7/reset/***",
    "/v1/shared/a/b/hunter2/as/c": "/v1/shared/***/as/c",
    "/v1/files/hunter2": "/v1/files/hunter2",
    "/in/hunter2/reset/hunter2": "/in/***/reset/***",
    "/in/hunter2/nowhere": "/in/***/{path}",
    "/nowhere/reset": "/nowhere/reset",
}


@pytest.fixture
async def app(app: FastAPI) -> FastAPI:
    app.include_router(router(), prefix="/v1")
    inner = FastAPI()
    inner.include_router(router())
    app.mount("/in/{api_key}", inner)
    return app


@pytest.mark.parametrize(("path", "told"), CASES.items())
async def test_a_parameter_that_is_secret_by_its_name_is_hidden_in_the_log(
    client: Client, read_log: ReadLog, path: str, told: str
) -> None:
    await client.get(path)

    (line,) = read_log("request")
    assert line["path"] == told


async def test_it_is_hidden_where_the_method_is_wrong_and_where_the_values_are(
    client: Client, read_log: ReadLog
) -> None:
    wrong_method = await client.post("/v1/reset/hunter2")
    wrong_value = await client.get(f"/v1/users/x/reset/{KEY}")

    assert (wrong_method.status_code, wrong_value.status_code) == (405, 422)
    told = ["/v1/reset/***", "/v1/users/x/reset/***"]
    assert [line["path"] for line in read_log("request")] == told


async def test_it_is_hidden_where_a_request_does_not_come_to_its_route(
    app: FastAPI, client: Client, read_log: ReadLog
) -> None:
    headers = {"X-Large": "x" * 40_000}
    for path in ("/v1/reset/hunter2", "/in/a/reset/hunter2", "/v1/files/a", "/nowhere"):
        assert (await client.get(path, headers=headers)).status_code == 431

    late = APIRouter()
    late.add_api_route("/late/{token}", reset)
    app.include_router(late)
    await client.get("/late/hunter2", headers=headers)

    told = ["/v1/reset/{token}", "/reset/{token}", "/v1/files/a", "/nowhere", "/late/{token}"]
    told = [path.replace("{token}", "***") for path in told]
    assert [line["path"] for line in read_log("request")] == told


def test_what_a_proxy_took_off_the_path_stays() -> None:
    async def answer(*_: Any) -> None: ...

    scope = {"path": "/shop/reset/hunter2", "root_path": "/shop", "path_params": {"token": "x"}}

    assert told_path(scope, "/reset/{token}") == "/shop/reset/***"
    assert told_path(scope | {"root_path": "/other"}, "/reset/{token}") == "/reset/***"


def test_of_an_application_of_another_kind_nothing_is_known() -> None:
    assert told_path({"path": "/reset/a"}, None) == "/reset/a"
    assert told_path({"path": "/reset/a", "service": Starlette()}, None) == "/reset/a"
