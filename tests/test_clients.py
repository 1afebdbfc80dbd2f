"""Ring 6: the OpenAPI document passes a linter, and clients made from it are used."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from tests import node
from tests.baking import bake
from tests.pieces import database_server
from tests.running import environment, free_port, run, uv, wait_until_ready

NOWHERE = "postgresql://nobody@127.0.0.1:1/nothing"
GENERATOR = "openapi-python-client>=0.28,<0.30"
CLIENT_NEEDS = ("attrs", "httpx", "python-dateutil")
RULES = 'extends: ["spectral:oas"]\n'
DOCUMENT = """
import json, sys
from pathlib import Path
from app.main import create_app
from tests.tools.marvels import made

app = create_app()
app.include_router(made(Path(sys.argv[1])))
print(json.dumps(app.openapi()))
"""
"""Of the example, and of a resource by `make resource` with a field of every type."""
GUARDED = """
import json
from fastapi import Depends
from app.main import create_app
from chassis.auth.guards import MaybeAuthenticated, Requires

app = create_app()
writer = Depends(Requires("products:write"))

@app.put("/v1/shelves/{shelf}", tags=["products"], dependencies=[writer])
async def put_shelf(shelf: int, caller: MaybeAuthenticated) -> str:
    "Put a shelf where there is none."
    return ""

print(json.dumps(app.openapi()))
"""
"""Of a service that asks who calls, everywhere or where a route does."""
STREAMS = "content_type_overrides: {application/jsonl: text/plain}"
"""As docs/clients.md tells: the generator knows no JSON Lines."""
CLIENT = """
import sys
from shop import Client
from shop.api.orders import place_order
from shop.api.products import (
    create_product, delete_product, get_product, list_products, update_product
)
from shop.models import LineCreate, ListProductsSort, OrderCreate, ProductCreate, ProductUpdate

client = Client(base_url=sys.argv[1], raise_on_unexpected_status=True)
pen = ProductCreate(sku="pen-1", name="Pen", price_cents=150)
created = create_product.sync(client=client, body=pen, idempotency_key="once")
again = create_product.sync(client=client, body=pen, idempotency_key="once")
assert (again.id, again.stock) == (created.id, 0)

tag = create_product.sync_detailed(client=client, body=pen, idempotency_key="once").headers["etag"]
unchanged = get_product.sync_detailed(created.id, client=client, if_none_match=tag)
assert unchanged.status_code == 304

dearer = ProductUpdate(price_cents=175)
changed = update_product.sync(created.id, client=client, body=dearer, if_match=tag)
assert (changed.name, changed.price_cents, changed.version) == ("Pen", 175, 2)
refused = update_product.sync_detailed(created.id, client=client, body=dearer, if_match=tag)
assert (refused.status_code, refused.parsed.type_) == (412, "/problems/precondition-failed")

page = list_products.sync(client=client, sku="pen-1", sort=ListProductsSort.ID_DESCENDING, limit=1)
assert [(item.id, item.price_cents) for item in page.items] == [(created.id, 175)]
assert page.next_cursor is None

order = OrderCreate(lines=[LineCreate(product_id=created.id, quantity=1)])
assert place_order.sync(client=client, body=order).type_ == "/problems/out-of-stock"

assert delete_product.sync_detailed(created.id, client=client).status_code == 204
assert get_product.sync(created.id, client=client).type_ == "/problems/not-found"
"""
TYPES = """
import type { components, operations, paths } from "./api";

type Body = operations["create_product"]["requestBody"]["content"]["application/json"];
type Found = paths["/v1/products/{product_id}"]["get"]["responses"][200];
export const pen: Body = { sku: "pen-1", name: "Pen", price_cents: 150 };
export const change: components["schemas"]["ProductUpdate"] = { description: null };
export const headers: operations["update_product"]["parameters"]["header"] = { "If-Match": '"1"' };
export const sort: operations["list_products"]["parameters"]["query"] = { sort: "-price_cents" };
export const name = (found: Found): string => found.content["application/json"].name;
"""


@pytest.fixture(scope="module")
def npm(shared: Path) -> Path:
    """Where programs of npm are installed."""
    home = shared / "npm"
    with FileLock(shared / "npm.lock"):
        if not (home / "ready").exists():
            home.mkdir(exist_ok=True)
            node.install(home)
            (home / "ready").touch()
    return home


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As it is by default; the environment is that of the one with all parts."""
    return bake(tmp_path_factory.mktemp("shop"))


@pytest.fixture(scope="module")
def python(installed: Path) -> Path:
    return installed / ".venv/bin/python"


@pytest.fixture(scope="module")
def document(
    service: Path, python: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    """Of the service with its example, and with a field of every type."""
    made = tmp_path_factory.mktemp("marvels")
    return printed(python, "-c", DOCUMENT, made, cwd=service)


def printed(*command: str | Path, cwd: Path, **settings: str) -> dict[str, Any]:
    env = {"DATABASE_URL": NOWHERE, "PYTHONPATH": str(cwd), "PYTHONDONTWRITEBYTECODE": "1"}
    env |= settings
    document: dict[str, Any] = json.loads(run(*command, cwd=cwd, env=env).stdout)
    return document


@contextmanager
def serving(service: Path, python: Path, url: str, log: Path) -> Iterator[str]:
    """With its tables, until the block ends; where it is."""
    env = {"DATABASE_URL": url, "PYTHONDONTWRITEBYTECODE": "1", "PWD": str(service)}
    run(python, "-m", "alembic", "upgrade", "head", cwd=service, env=env)
    port = free_port()
    with log.open("wb") as output:
        process = subprocess.Popen(
            [python, "-m", "app", "serve", f"--port={port}"],
            cwd=service,
            env=environment(**env, SERVER_DRAIN_SECONDS="0"),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_until_ready(process, port, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def test_a_linter_finds_nothing(npm: Path, document: dict[str, Any]) -> None:
    lint(npm, document)


@pytest.mark.parametrize("required", ["true", "false"])
def test_a_linter_finds_nothing_where_callers_are_asked(
    npm: Path, service: Path, python: Path, required: str
) -> None:
    auth = {"AUTH_KEYS": "a key of the tests that nobody should use", "AUTH_REQUIRED": required}
    guarded = printed(python, "-c", GUARDED, cwd=service, **auth)
    asked = guarded["paths"]["/v1/products"]["get"].get("security", [])

    assert asked == ([{"Bearer": []}] if required == "true" else [])
    assert guarded["paths"]["/v1/shelves/{shelf}"]["put"]["security"] == [{"Bearer": []}]
    lint(npm, guarded)


def lint(npm: Path, document: dict[str, Any]) -> None:
    (npm / "openapi.json").write_text(json.dumps(document), encoding="utf-8")
    (npm / ".spectral.yaml").write_text(RULES, encoding="utf-8")

    node.run_program(npm, "spectral", "lint", "openapi.json", "--fail-severity=hint")


def test_types_for_typescript_are_what_a_client_needs(npm: Path, document: dict[str, Any]) -> None:
    (npm / "openapi.json").write_text(json.dumps(document), encoding="utf-8")
    (npm / "use.ts").write_text(TYPES, encoding="utf-8")

    options = ("--output=api.ts", "--default-non-nullable=false")
    node.run_program(npm, "openapi-typescript", "openapi.json", *options)
    usual = ("--strict", "--skipLibCheck", "--target", "es2022", "--lib", "es2022")
    node.run_program(npm, "tsc", "--noEmit", *usual, "use.ts")


def test_a_client_in_python_does_all_that_can_be_done_with_a_product(
    service: Path, python: Path, document: dict[str, Any], tmp_path: Path
) -> None:
    (tmp_path / "openapi.json").write_text(json.dumps(document), encoding="utf-8")
    (tmp_path / "use.py").write_text(CLIENT, encoding="utf-8")
    (tmp_path / "client.yaml").write_text(STREAMS, encoding="utf-8")
    given = ("--path=openapi.json", "--config=client.yaml", "--fail-on-warning")
    made = (*given, "--output-path=shop", "--meta=none")
    run(uv(), "tool", "run", GENERATOR, "generate", *made, cwd=tmp_path)

    needs = [f"--with={package}" for package in CLIENT_NEEDS]
    with (
        database_server(tmp_path) as url,
        serving(service, python, url, tmp_path / "log") as address,
    ):
        run(uv(), "run", "--quiet", "--no-project", *needs, "use.py", address, cwd=tmp_path)
