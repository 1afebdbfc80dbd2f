"""Accounts under test: the application of the chassis with them, and users who sign in."""

from collections.abc import Awaitable, Callable, Sequence
from itertools import count
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import Table

from chassis.accounts.models import ApiKey, AuthSession, LoginFailures, User
from chassis.database.idempotency import IdempotencyKey
from chassis.database.model import Base
from chassis.database.session import Database
from chassis.settings import Settings
from tests.chassis.accounts import application
from tests.chassis.accounts.hashing import hashing
from tests.chassis.accounts.people import KEY, SCOPES, Person, add_user
from tests.support.clients import Client
from tests.support.composition import Composition
from tests.support.settings import settings_of
from tests.support.tables import database_with
from tools.postgres import Server

MODELS: Sequence[type[Base]] = (IdempotencyKey, User, AuthSession, ApiKey, LoginFailures)
TABLES: list[Table] = [Base.metadata.tables[it.__tablename__] for it in MODELS]
PATIENT = {"login_failures": 1_000, "login_failures_of_address": 10_000, "refresh_grace": 300}
"""A test that counts no failures may have many, and on a busy machine a retry comes late."""

__all__ = ["hashing"]

SignIn = Callable[..., Awaitable[Person]]


@pytest.fixture(scope="session")
def composition() -> Composition:
    return Composition(application.create_app, application.Settings)


@pytest.fixture(scope="session")
def database_url(server: Server) -> str:
    """A database of this worker's own, with the tables of accounts."""
    return database_with(server, "accounts", TABLES)


@pytest.fixture
def auth() -> dict[str, Any]:
    """What a test module says of AUTH_*, beyond what all need."""
    return {}


@pytest.fixture
def settings(composition: Composition, database_url: str, auth: dict[str, Any]) -> Settings:
    database = {"url": database_url, "pool_size": 5, "max_overflow": 0}
    given = {"keys": [KEY], **PATIENT, **auth}
    return settings_of(composition.settings, {"database": database, "auth": given})


@pytest.fixture
def signed_in(app: FastAPI, client: Client, database: Database) -> SignIn:
    """Makes a user and signs in."""
    numbers = count(1)

    async def sign_in(scopes: Sequence[str] = SCOPES) -> Person:
        person = Person(client, f"user{next(numbers)}@shop.example")
        await add_user(database, person.email, scopes)
        assert (await person.sign_in()).status_code == 201
        return person

    return sign_in
