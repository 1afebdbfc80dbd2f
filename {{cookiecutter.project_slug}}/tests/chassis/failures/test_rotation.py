"""The password changes while clients go on calling; no request fails."""

import asyncio
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from tests.chassis.failures import tokens
from tests.chassis.failures.conftest import Serve
from tests.support.eventually import eventually
from tests.support.load import load
from tests.support.serving import PATIENCE
from tests.support.standing import at_rest
from tools.postgres import Server


async def who(client: httpx.AsyncClient) -> httpx.Response:
    return await client.get("/who")


async def add(client: httpx.AsyncClient) -> httpx.Response:
    return await client.post("/counters/1")


async def ready(client: httpx.AsyncClient) -> httpx.Response:
    return await client.get("/health/ready")


@pytest.fixture
async def role(admin: Any) -> str:
    """With the password `password-0`."""
    await admin.execute("""
        DO $$ BEGIN CREATE ROLE rotating LOGIN; EXCEPTION WHEN duplicate_object THEN END $$;
        ALTER ROLE rotating PASSWORD 'password-0';
        GRANT ALL ON counters TO rotating;
    """)
    return "rotating"


def url(server: Server, role: str) -> str:
    return f"postgresql://{role}:not-this-one@127.0.0.1:{server.port}/own"


async def backends(admin: Any, role: str) -> set[int]:
    """Those of the pool; the probe keeps its own."""
    query = """SELECT pid FROM pg_stat_activity
               WHERE usename = $1 AND application_name NOT LIKE '% probe'"""
    return {row["pid"] for row in await admin.fetch(query, role)}


async def all_replaced(admin: Any, role: str) -> None:
    """Wait until others are in the place of all connections of now."""
    before = await backends(admin, role)

    def are_others(now: set[int]) -> bool:
        return bool(now) and not before & now

    await eventually(lambda: backends(admin, role), are_others)


async def change_server_and_file(server: Server, file: Path, password: str) -> None:
    """In an event loop of its own: the one that is busy with clients would lie in between."""
    connection = await asyncpg.connect(server.url("own"))
    await connection.execute(f"ALTER ROLE rotating PASSWORD '{password}'")
    file.write_text(f"{password}\n")  # noqa: ASYNC240  nothing else runs in this loop
    await connection.close()


@pytest.mark.parametrize("first", ["file", "server"])
async def test_no_request_fails_while_the_password_changes(
    serve: Serve, own_server: Server, admin: Any, role: str, tmp_path: Path, first: str
) -> None:
    file = tmp_path / "password"
    file.write_text("password-0\n")
    given = {"url": url(own_server, role), "password_file": file, "pool_recycle": 0.2}

    with serve(**given) as served:
        async with load(served.url, who, add, ready) as told:
            await told.more(50)
            for number in (1, 2):
                if first == "file":
                    file.write_text(f"password-{number}\n")
                    await all_replaced(admin, role)
                    await admin.execute(f"ALTER ROLE rotating PASSWORD 'password-{number}'")
                else:
                    change = change_server_and_file(own_server, file, f"password-{number}")
                    await asyncio.to_thread(asyncio.run, change)
                await all_replaced(admin, role)
            await told.more(50)
        assert told.failed() == []
        assert await at_rest(served.url)

    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(url(own_server, role), password="password-1")


async def test_a_server_that_was_changed_first_is_waited_for_a_moment(
    serve: Serve, own_server: Server, admin: Any, role: str, tmp_path: Path
) -> None:
    """The file follows while the connection is being opened."""
    file = tmp_path / "password"
    file.write_text("password-0\n")
    await admin.execute("ALTER ROLE rotating PASSWORD 'password-1'")

    with serve(url=url(own_server, role), password_file=file) as served:
        async with httpx.AsyncClient(base_url=served.url, timeout=PATIENCE) as client:
            asking = asyncio.create_task(add(client))
            await asyncio.sleep(0.2)
            file.write_text("password-1\n")

            assert (await asking).status_code == 200


async def test_a_password_that_nobody_knows_is_unavailable(
    serve: Serve, own_server: Server, role: str, tmp_path: Path
) -> None:
    file = tmp_path / "password"
    file.write_text("wrong-one\n")

    with serve(url=url(own_server, role), password_file=file) as served:
        async with httpx.AsyncClient(base_url=served.url, timeout=PATIENCE) as client:
            refused = await add(client)
            file.write_text("password-0\n")
            added = await add(client)

    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    assert added.status_code == 200
    assert "28P01" in served.log()
    assert "wrong-one" not in served.log()


async def test_a_provider_is_asked_for_each_connection(
    serve: Serve, own_server: Server, admin: Any
) -> None:
    await admin.execute("""
        DO $$ BEGIN CREATE ROLE tokens LOGIN; EXCEPTION WHEN duplicate_object THEN END $$;
        GRANT ALL ON counters TO tokens;
    """)
    given = {
        "url": url(own_server, tokens.ROLE),
        "password_provider": "tests.chassis.failures.tokens:token",
    }

    with serve(env={tokens.ISSUER: own_server.url("own")}, pool_recycle=0.2, **given) as served:
        async with load(served.url, who, add, ready) as told:
            await eventually(lambda: served.lines("token issued"), lambda lines: len(lines) >= 3)
            await eventually(lambda: served.lines("token asked for"), lambda lines: len(lines) > 20)
        assert told.failed() == []


async def test_a_provider_that_fails_is_unavailable(serve: Serve) -> None:
    with serve(password_provider="tests.chassis.failures.tokens:no_token") as served:
        async with httpx.AsyncClient(base_url=served.url, timeout=PATIENCE) as client:
            refused, health = await add(client), await ready(client)

    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    assert health.status_code == 503
    assert "LookupError" in served.log()
    assert "Traceback" not in served.log()
