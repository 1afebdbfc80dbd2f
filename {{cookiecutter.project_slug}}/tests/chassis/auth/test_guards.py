"""Guards: who passes, what is said to the others, and how the document tells it."""

from typing import Annotated

import pytest
from fastapi import Depends, FastAPI
from fastapi.routing import iter_route_contexts
from starlette.routing import Mount

from chassis.auth.guards import Requires, public
from chassis.auth.principal import Principal
from chassis.settings import Settings
from chassis.web.routing.plain import is_plain
from tests.chassis.auth.guarded import router
from tests.support.callers import acting_as, bearer
from tests.support.clients import Client, client_of


async def test_who_has_the_scope_passes(client: Client, settings: Settings) -> None:
    headers = acting_as(settings, "ada", "orders:write", "orders:read")

    assert (await client.post("/orders", headers=headers)).status_code == 204
    assert (await client.get("/scopes", headers=headers)).json() == ["orders:read", "orders:write"]


@pytest.mark.parametrize("scopes", [(), ("orders:read",), ("orders:WRITE",), ("orders:write2",)])
async def test_who_lacks_the_scope_is_told_which(
    client: Client, settings: Settings, scopes: tuple[str, ...]
) -> None:
    answer = await client.post("/orders", headers=acting_as(settings, "ada", *scopes))

    assert answer.status_code == 403
    challenge = 'Bearer error="insufficient_scope", scope="orders:write"'
    assert answer.headers["WWW-Authenticate"] == challenge
    assert answer.json()["type"] == "/problems/forbidden"
    assert answer.json()["detail"] == "The token does not allow this. Needed: orders:write."


async def test_all_of_several_scopes_are_needed(app: FastAPI, settings: Settings) -> None:
    @app.get("/both", dependencies=[Depends(Requires("b", "a"))])
    async def read_both() -> None:
        """For who has both."""

    async with client_of(app) as client:
        half = await client.get("/both", headers=acting_as(settings, "ada", "a"))
        assert half.headers["WWW-Authenticate"].endswith('scope="a b"')
        whole = await client.get("/both", headers=acting_as(settings, "ada", "a", "b"))
        assert whole.status_code == 200


async def test_a_stranger_passes_where_strangers_may(client: Client, settings: Settings) -> None:
    assert (await client.get("/perhaps")).json() == "a stranger"
    assert (await client.get("/perhaps", headers=acting_as(settings, "ada"))).json() == "ada"
    wrong = await client.get("/perhaps", headers=bearer("wrong"))
    assert wrong.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'


async def test_nobody_is_asked_where_there_is_no_guard(client: Client) -> None:
    assert (await client.get("/plain", headers=bearer("wrong"))).json() == "anybody"


@pytest.mark.parametrize("scope", ["", "a b", 'a"', "a\\", "é", "a\n"])
def test_what_can_be_no_scope_is_refused(scope: str) -> None:
    with pytest.raises(ValueError, match="is no scope"):
        Requires(scope)


def test_guards_of_the_same_scopes_are_one() -> None:
    assert Requires("a", "b") == Requires("b", "a")
    assert len({Requires("a"), Requires("a"), Requires("b"), Requires()}) == 3
    assert Requires("a") != "a"


async def test_a_guard_can_be_overridden_by_its_scopes(app: FastAPI, client: Client) -> None:
    app.dependency_overrides[Requires("orders:write")] = lambda: Principal("bob")
    assert (await client.post("/orders")).status_code == 204
    assert (await client.get("/guarded")).status_code == 401


async def test_guarded_routes_are_quick(app: FastAPI) -> None:
    """See chassis/web/routing/plain.py: FastAPI's own scopes, by Security, are not plain."""
    asked = {it.path: it for it in iter_route_contexts(app.routes)}

    for path in ("/guarded", "/perhaps", "/orders", "/scopes", "/once"):
        assert is_plain(asked[path]), path


async def test_a_guard_knows_the_callers_of_the_service_that_its_application_is_mounted_in(
    app: FastAPI, client: Client, settings: Settings
) -> None:
    inner = FastAPI()
    inner.include_router(router)
    app.router.routes.append(Mount("/inner", inner))

    answer = await client.get("/inner/guarded", headers=acting_as(settings, "ada"))
    assert answer.json() == "ada"


async def test_an_application_without_middleware_can_be_asked_too(
    app: FastAPI, settings: Settings
) -> None:
    bare = FastAPI()
    bare.state.authentication = app.state.authentication

    @bare.get("/")
    async def read(principal: Annotated[Principal, Depends(Requires())]) -> str:
        return principal.id

    async with client_of(bare) as client:
        assert (await client.get("/", headers=acting_as(settings, "ada"))).json() == "ada"


def test_what_is_marked_public_stays_what_it_was() -> None:
    def endpoint() -> None: ...

    assert public(endpoint) is endpoint
