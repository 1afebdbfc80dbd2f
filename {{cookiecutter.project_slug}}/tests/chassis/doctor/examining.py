"""What the tests of the doctor have in common: a role, plain facts, and ways to ask."""

import asyncio
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import asyncpg

from chassis.doctor.budget import Capacity, Load
from chassis.doctor.checks import CHECKS
from chassis.doctor.examination import examine
from chassis.doctor.facts import Facts, Server
from chassis.doctor.report import Finding, Report
from chassis.settings import Settings
from tests.support.serving import APPLICATION, fork
from tests.support.settings import make_settings
from tools.postgres import Server as PostgresServer

ROLE = "shop"
PASSWORD = "hunter2%/@ü"
AWAY = f"postgresql://{ROLE}:{quote(PASSWORD, safe='')}@127.0.0.1:1/shop"
FACTS = Facts(
    server=Server("16.4", 16, "UTF8", "UTC", in_recovery=False),
    capacity=Capacity(100, 3, role_limit=None, database_limit=None, others=0),
    latency=0.001,
    clock_lead=0.1,
    revisions=frozenset(),
)
Execute = Callable[..., None]


def url_of(server: PostgresServer, database: str = "shop", password: str = PASSWORD) -> str:
    return f"postgresql://{ROLE}:{quote(password, safe='')}@127.0.0.1:{server.port}/{database}"


def run(url: str, *statements: str) -> None:
    async def execute() -> None:
        connection = await asyncpg.connect(url)
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    asyncio.run(execute())


def settings_for(url: str, **groups: Any) -> Settings:
    return make_settings(**{"database": {"url": url, **groups.pop("database", {})}, **groups})


def examined(url: str, load: Load | None = None, **groups: Any) -> Report:
    return asyncio.run(examine(settings_for(url, **groups), load))


def check(name: str, facts: Facts = FACTS, **groups: Any) -> Finding:
    return CHECKS[name](settings_for(AWAY, **groups), facts)


def doctor(*arguments: str, factory: str = APPLICATION, **env: str) -> tuple[int, str]:
    patient = {"DATABASE_CONNECT_TIMEOUT": "60"}
    with fork(factory, "doctor", *arguments, env=patient | env) as process:
        output, _ = process.communicate()
    assert "Traceback" not in output
    return process.wait(), output
