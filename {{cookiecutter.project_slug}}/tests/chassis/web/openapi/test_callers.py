"""The document says who may call an operation."""

from typing import Annotated, Any

from fastapi import Depends, FastAPI
from fastapi.security import HTTPBearer

from chassis.auth.guards import Requires
from chassis.web.openapi import describe_api
from tests.chassis.auth.guarded import router

BEARER = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": "A token: `Authorization: Bearer ...`",
}


def document(app: FastAPI) -> dict[str, Any]:
    describe_api(app)
    return app.openapi()


def guarded() -> dict[str, Any]:
    app = FastAPI()
    app.include_router(router)
    return document(app)


def test_there_is_one_scheme_so_that_the_page_has_its_button() -> None:
    assert guarded()["components"]["securitySchemes"] == {"Bearer": BEARER}


def test_a_guard_is_told_with_its_answers() -> None:
    operation = guarded()["paths"]["/guarded"]["get"]

    assert operation["security"] == [{"Bearer": []}]
    told = operation["responses"]["401"]
    assert told["description"] == "Unauthenticated / Invalid token"
    assert list(told["headers"]) == ["WWW-Authenticate"]
    assert list(told["content"]) == ["application/problem+json"]
    assert "403" not in operation["responses"]


def test_the_scopes_that_are_needed_are_told() -> None:
    operation = guarded()["paths"]["/orders"]["post"]

    assert operation["security"] == [{"Bearer": []}]
    told = operation["responses"]["403"]
    assert told["description"] == "Forbidden: the token needs orders:write"
    assert list(told["headers"]) == ["WWW-Authenticate"]


def test_a_credential_that_is_not_needed_is_told_as_such() -> None:
    operation = guarded()["paths"]["/perhaps"]["get"]

    assert operation["security"] == [{}, {"Bearer": []}]
    assert operation["responses"]["401"]["description"] == "Invalid token"


def test_what_asks_nobody_says_nothing() -> None:
    operation = guarded()["paths"]["/plain"]["get"]
    assert "security" not in operation
    assert "401" not in operation["responses"]


def test_security_of_the_services_own_is_left_as_it_is() -> None:
    app = FastAPI()
    own = Annotated[object, Depends(HTTPBearer())]

    @app.get("/own")
    async def read_own(_: own) -> None: ...

    @app.get("/both", dependencies=[Depends(Requires("a"))])
    async def read_both(_: own) -> None: ...

    paths = document(app)["paths"]

    assert paths["/own"]["get"]["security"] == [{"HTTPBearer": []}]
    assert paths["/own"]["get"]["responses"]["401"]["description"] == "Unauthenticated"
    assert paths["/own"]["get"]["responses"]["403"]["description"] == "Forbidden"
    assert paths["/both"]["get"]["security"] == [{"HTTPBearer": []}, {"Bearer": []}]
