"""Select AI under test: the application of the chassis with it, and a stand-in for the database."""

from collections.abc import Iterator
from typing import Any

import oracledb
import pytest
from fastapi import FastAPI
from select_ai.db import __async_pool__ as registry

from chassis.select_ai.asking import SelectAI
from tests.chassis.select_ai import application
from tests.chassis.select_ai.oracle import Pool
from tests.support.composition import Composition
from tests.support.settings import settings_of

SET: dict[str, Any] = {
    "dsn": "db.example:1521/shop",
    "user": "reader",
    "password": "secret of the tests",
    "profiles": ["sales", "stock"],
    "pool_max": 2,
}


@pytest.fixture(scope="session")
def composition() -> Composition:
    return Composition(application.create_app, application.Settings)


@pytest.fixture
def settings(composition: Composition, database_url: str) -> application.Settings:
    groups = {"database": {"url": database_url}, "select_ai": SET, "metrics": {"enabled": True}}
    made = settings_of(composition.settings, groups)
    assert isinstance(made, application.Settings)
    return made


@pytest.fixture(autouse=True)
def pools(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Pool]]:
    """Every pool that was made. None is left to the next test."""
    made: list[Pool] = []

    def create(**options: Any) -> Pool:
        made.append(Pool(**options))
        return made[-1]

    monkeypatch.setattr(oracledb, "create_pool_async", create)
    yield made
    registry.clear()


@pytest.fixture
def pool(app: FastAPI, pools: list[Pool]) -> Pool:
    (made,) = pools
    return made


@pytest.fixture
def select_ai(app: FastAPI, pool: Pool) -> SelectAI:
    found: SelectAI = app.state.select_ai
    return found
