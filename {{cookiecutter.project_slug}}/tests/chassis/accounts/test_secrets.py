"""No secret is written anywhere: searched for in all that is kept after a run of everything."""

from typing import Any

import httpx
from fastapi.routing import APIRoute

from chassis.accounts.wiring import ROUTERS
from tests.chassis.accounts.conftest import TABLES
from tests.chassis.accounts.people import KEY, PASSWORD, Person
from tests.chassis.observability.collector import attributes, collecting
from tests.support.eventually import eventually
from tests.support.serving import PATIENCE, serving

FACTORY = "tests.chassis.accounts.application:create_app"
WRONG = "wrong horse, wrong battery"
NEW = "another horse, another battery"
COOKIE = "__Secure-refresh_token"
TOLD_ONCE = ("access_token", "refresh_token", "key")


class Kept:
    """What clients sent and were told and nobody else may know."""

    def __init__(self) -> None:
        self.secrets = {KEY, PASSWORD, WRONG, NEW}
        self.problems: list[str] = []

    async def keep(self, response: httpx.Response) -> None:
        await response.aread()
        self.secrets |= {value for name, value in response.cookies.items() if name == COOKIE}
        if not response.is_success:
            self.problems.append(response.text)
        elif response.content and isinstance(told := response.json(), dict):
            self.secrets |= {told[name] for name in TOLD_ONCE if told.get(name)}


async def do_everything(url: str, kept: Kept, sql: Any) -> None:
    """Also what a client gets wrong, with secrets where they do not belong."""
    asked: Any = {"base_url": url, "headers": {"Idempotency-Key": "always-the-same"}}
    asked["event_hooks"] = {"response": [kept.keep]}
    async with httpx.AsyncClient(**asked, timeout=PATIENCE) as client:
        body = {"email": "ada@shop.example", "password": PASSWORD}
        await client.post("/v1/users", json=body)
        await sql.execute("UPDATE users SET scopes = '{things:read,users:admin}'")
        ada = Person(client, "ada@shop.example")
        for password in (PASSWORD, WRONG, PASSWORD):
            await ada.sign_in(password)
        await client.post("/v1/users", json=body | {"pasword": NEW})
        await client.post("/v1/users", content=f'{{"password": "{NEW}"', headers=JSON)
        await ada.ask(
            "PUT", "/v1/auth/password", json={"current_password": WRONG, "new_password": "x"}
        )
        await ada.ask(
            "PUT", "/v1/auth/password", json={"current_password": PASSWORD, "new_password": NEW}
        )
        made = await ada.ask("POST", "/v1/auth/api-keys", json={"name": "import"})
        machine = Person(client, "", made.json()["key"])
        await machine.status()
        await client.get("/guarded", params={"access_token": ada.access, "key": machine.access})
        await Person(client, "", machine.access[:-1] + "_").status()
        await by_cookie(client, ada, NEW, url)
        await administer(ada, made.json()["id"])
        first = ada.refresh
        await ada.sign_in(NEW)
        stolen = ada.refresh
        for token in (None, None, stolen, first, "-"):
            await ada.renew(token)
        for path in ("/v1/auth/sessions/current", "/v1/auth/sessions"):
            await ada.sign_in(NEW)
            await ada.ask("DELETE", path)


async def administer(admin: Person, key_id: str) -> None:
    """What answers with users and keys, and takes them away."""
    for path in ("/v1/auth/me", "/v1/auth/api-keys", "/v1/users"):
        await admin.ask("GET", path)
    await admin.ask("DELETE", f"/v1/auth/api-keys/{key_id}")
    bob = {"email": "bob@shop.example", "password": PASSWORD}
    made = await admin.ask("POST", "/v1/users", json=bob)
    user = f"/v1/users/{made.json()['id']}"
    await admin.ask("GET", user)
    await admin.ask("PATCH", user, json={"scopes": ["things:read"], "disabled": True})


JSON = {"Content-Type": "application/json"}


async def by_cookie(client: httpx.AsyncClient, person: Person, password: str, url: str) -> None:
    """Over HTTP, where a browser would not keep it."""
    response = await person.sign_in(password, cookie=True)
    cookie = f"{COOKIE}={response.cookies[COOKIE]}"
    for origin in (url, "https://evil.example"):
        headers = {"Cookie": cookie, "Origin": origin}
        await client.post("/v1/auth/sessions/refresh", headers=headers)


def operations() -> set[tuple[str, str]]:
    """Of accounts: methods, and paths as routes have them."""
    routes = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
    return {(method, route.path) for route in routes for method in route.methods or ()}


def operation(span: Any) -> tuple[Any, Any] | None:
    """That succeeded."""
    told = attributes(span)
    ok = told.get("http.response.status_code", 500) < 400
    return (told["http.request.method"], told["http.route"]) if ok else None


async def rows(sql: Any) -> str:
    found = [await sql.fetch(f"SELECT t::text FROM {table.name} t") for table in TABLES]
    return "\n".join(row["t"] for rows in found for row in rows)


async def test_no_secret_is_in_logs_traces_problems_and_rows(sql: Any, database_url: str) -> None:
    kept = Kept()
    with collecting() as collector:
        env = {
            "DATABASE_URL": database_url,
            "DATABASE_ECHO": "true",
            "LOG_LEVEL": "debug",
            "LOG_FORMAT": "json",
            "TRACING_ENDPOINT": collector.url,
            "AUTH_KEYS": KEY,
            "AUTH_REGISTRATION": "true",
            "AUTH_REFRESH_COOKIE": "true",
        }
        with serving(FACTORY, env=env) as served:
            await do_everything(served.url, kept, sql)
        assert await eventually(lambda: collector.spans)
        asked = set(map(operation, collector.spans))
        spans = "\n".join(map(str, collector.spans))
    log = served.log()

    assert operations() <= asked
    assert len(kept.secrets) > 12
    assert len(kept.problems) > 7
    assert "refresh token reused" in log
    assert "INSERT INTO auth_sessions" in log
    places = {"log": log, "spans": spans, "problems": str(kept.problems), "rows": await rows(sql)}
    found = [(place, it) for it in kept.secrets for place, text in places.items() if it in text]
    assert found == []
    assert await sql.fetchval("SELECT count(*) FROM idempotency_keys") == 0
