"""The pieces of docs/take-one-piece.md that are about the database, each in use."""

import re
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from tests.pieces import PIECES, Serve, python, take
from tests.running import left_behind, run


def test_a_failure_of_postgresql_has_a_meaning(serve: Serve) -> None:
    with serve("Failures of PostgreSQL") as served:
        created = served.ask("POST", "/things?name=only-one")
        again = served.ask("POST", "/things?name=only-one")

    assert created.status == 201
    assert (again.status, again.body["type"]) == (409, "/problems/already-exists")


def test_a_fair_pool_serves_in_the_order_of_asking(serve: Serve) -> None:
    turns = """
import asyncio


@app.get("/turns")
async def turns() -> list[int]:
    served: list[int] = []

    async def ask(number: int) -> None:
        while len(served) < 120:
            async with engine.connect():
                served.append(number)
                await asyncio.sleep(0)

    await asyncio.gather(*map(ask, range(30)))
    return served
"""
    with serve("Fair pool", turns) as served:
        order = served.ask("GET", "/turns").body

    assert {count for number in range(30) if (count := order.count(number))} <= {3, 4, 5}
    assert len({*order}) == 30


def test_a_session_commits_before_the_response_and_reads_apart(serve: Serve) -> None:
    more = """
from sqlalchemy import text

REFUSE_AT_COMMIT = '''
    CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN IF NEW.name = ''refused'' THEN RAISE ''no''; END IF; RETURN NULL; END';
    CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON things
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse();
'''


@app.post("/prepare")
async def prepare() -> None:
    async with engine.begin() as connection:
        await (await connection.get_raw_connection()).driver_connection.execute(REFUSE_AT_COMMIT)


@app.post("/by-reads")
async def write(session: ReadSession) -> None:
    await session.execute(text("DELETE FROM things"))
"""
    with serve("Session", more) as served:
        assert served.ask("POST", "/prepare").status == 200
        created = served.ask("POST", "/things?name=kept")
        refused = served.ask("POST", "/things?name=refused")
        by_reads = served.ask("POST", "/by-reads")
        read = served.ask("GET", f"/things/{created.body}")

    assert (created.status, refused.status, by_reads.status) == (201, 500, 500)
    assert read.body == "kept"
    assert "WriteRefusedError" in served.log()


def test_a_connection_that_died_is_replaced_before_it_is_used(serve: Serve) -> None:
    more = """
from sqlalchemy import text


@app.get("/backend")
async def backend(session: ReadSession) -> int:
    return (await session.scalars(text("SELECT pg_backend_pid()"))).one()


@app.post("/kill")
async def kill(backend: int) -> None:
    other = create_async_engine(engine.url)
    async with other.connect() as connection:
        await connection.execute(text(f"SELECT pg_terminate_backend({backend})"))
    await other.dispose()
"""
    imported = "from sqlalchemy.ext.asyncio import create_async_engine\n"
    with serve("Session", imported + more) as served:
        backend = served.ask("GET", "/backend").body
        served.ask("POST", f"/kill?backend={backend}")
        with suppress(psutil.NoSuchProcess):
            psutil.Process(backend).wait()
        again = served.ask("GET", "/backend")

    assert again.status == 200
    assert again.body != backend


def test_pages_follow_a_key(serve: Serve) -> None:
    add = """
@app.post("/things")
async def add_things() -> None:
    async with AsyncSession(engine) as session, session.begin():
        session.add_all([Thing(name=f"page {number}") for number in range(5)])
"""
    pages: list[list[str]] = []
    with serve("Keyset pages", add) as served:
        assert served.ask("POST", "/things").status == 200
        cursor = ""
        while len(pages) < 3:
            page = served.ask("GET", f"/things?sort=-id&limit=2{cursor}").body
            pages.append(page["items"])
            cursor = f"&cursor={page['next_cursor']}"
        foreign = served.ask("GET", "/things?cursor=WyJuYW1lIiwxXQ")
        unknown = served.ask("GET", "/things?sort=version")

    names = [name for page in pages for name in page]
    assert names[:5] == [f"page {number}" for number in (4, 3, 2, 1, 0)]
    assert (foreign.status, unknown.status) == (404, 422)


def test_a_key_makes_a_request_happen_once(serve: Serve) -> None:
    with serve("Idempotency key") as served:
        first = served.ask("POST", "/things?name=once", Idempotency_Key="k-1")
        again = served.ask("POST", "/things?name=once", Idempotency_Key="k-1")
        other = served.ask("POST", "/things?name=twice", Idempotency_Key="k-1")

    assert (first.status, first.text) == (again.status, again.text)
    assert first.status == 201
    assert again.headers["idempotent-replayed"] == "true"
    assert (other.status, other.body["title"]) == (422, "Idempotency key reused")


def test_a_key_is_the_clients_own_however_it_is_known(serve: Serve) -> None:
    more = """
async def once_for_user(request: Request) -> OncePerKey:
    user = request.cookies["user"]
    return OncePerKey(request, run, lifetime=timedelta(days=1), client=user)


app.dependency_overrides[once_per_key] = once_for_user
"""
    with serve("Idempotency key", more) as served:
        anns, bobs, again = (
            served.ask(
                "POST", f"/things?name=of-{user}", Idempotency_Key="k-2", Cookie=f"user={user}"
            )
            for user in ("ann", "bob", "ann")
        )

    assert (anns.status, bobs.status) == (201, 201)
    assert anns.text == again.text != bobs.text


def test_a_version_decides_about_reads_and_changes(serve: Serve) -> None:
    add = """
@app.post("/things")
async def add_thing() -> int:
    async with AsyncSession(engine) as session, session.begin():
        session.add(thing := Thing(name="as it was"))
        await session.flush()
        return thing.id
"""
    with serve("Conditional requests", add) as served:
        path = f"/things/{served.ask('POST', '/things').body}"
        tag = served.ask("GET", path).headers["etag"]
        known = served.ask("GET", path, If_None_Match=tag)
        changed, late = (
            served.ask("PUT", f"{path}?name=renamed-{number}", If_Match=tag) for number in (1, 2)
        )
        now = served.ask("GET", path)

    assert (known.status, changed.status, late.status) == (304, 204, 412)
    assert now.body == {"name": "renamed-1"}
    assert now.headers["etag"] != tag


def test_a_server_for_development_is_there() -> None:
    piece = PIECES["PostgreSQL for development and tests"]
    program, shell = python(*piece.packages), ["sh", "-c", "echo $DATABASE_URL"]
    with TemporaryDirectory(prefix="Old-Shop-") as name:
        place = Path(name)
        place.chmod(0o755)  # else root's server, which is not root, would keep its data elsewhere
        take(piece, place)
        (place / "check.py").write_text(piece.code, encoding="utf-8")
        throwaway = run(*program, "check.py", cwd=place, env={"PYTHONPATH": name})
        kept = run(*program, "-m", "tools.postgres", "--", *shell, cwd=place)
        assert left_behind(place) == []

    assert throwaway.stdout.endswith("/shop\n")
    assert re.fullmatch(r"postgresql://.+/old_shop_\w+\n", kept.stdout)
