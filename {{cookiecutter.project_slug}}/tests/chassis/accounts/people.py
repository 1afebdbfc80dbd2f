"""Users for tests, and what they do."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx
from sqlalchemy import select

from chassis.accounts.login.passwords import PARAMETERS
from chassis.accounts.models import User
from chassis.database.session import Database
from tests.support.clients import Client

KEY = "a key that signs tokens in tests: 48 bytes long."
PASSWORD = "correct horse battery staple"
SCOPES = ("things:read",)
HASHES: dict[str, str] = {}
"""A hash takes a while, and many tests have the same passwords."""


@dataclass
class Person:
    """A user, and the tokens that the user got last."""

    client: Client
    email: str
    access: str = ""
    refresh: str = ""

    async def sign_in(self, password: str = PASSWORD, **body: Any) -> httpx.Response:
        given = {"email": self.email, "password": password, **body}
        return self._keep(await self.client.post("/v1/auth/sessions", json=given))

    async def renew(self, refresh: str | None = None) -> httpx.Response:
        body = {"refresh_token": refresh or self.refresh}
        return self._keep(await self.client.post("/v1/auth/sessions/refresh", json=body))

    async def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.access}"} | options.pop("headers", {})
        return await self.client.request(method, path, headers=headers, **options)

    async def status(self) -> int:
        """Of a request with the token that the person has."""
        return (await self.ask("GET", "/guarded")).status_code

    def _keep(self, response: httpx.Response) -> httpx.Response:
        if response.is_success:
            self.access = response.json()["access_token"]
            self.refresh = response.json()["refresh_token"] or ""
        return response


async def add_user(
    database: Database, email: str, scopes: Sequence[str] = SCOPES, password: str = PASSWORD
) -> User:
    if password not in HASHES:
        HASHES[password] = PARAMETERS.hash(password)
    async with database.transaction() as session:
        session.add(User(email=email, password_hash=HASHES[password], scopes=list(scopes)))
    async with database.reading() as session:
        return (await session.scalars(select(User).where(User.email == email))).one()


def problem(response: httpx.Response) -> tuple[int, str]:
    """Its status, and the name of what it says went wrong."""
    return response.status_code, response.json()["type"].removeprefix("/problems/")
