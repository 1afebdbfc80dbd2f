"""Passwords that change faster than a connection is opened."""

import asyncio

import asyncpg

from chassis.database.connections.password import Password
from tests.support.settings import make_settings


class Vault:
    """What is asked for passwords, beside a server that changes its own."""

    def __init__(self, password: str) -> None:
        self.told = self.wanted = password

    async def ask(self) -> str:
        return self.told

    async def connect(self, password: str | None) -> str:
        if password != self.wanted:
            raise asyncpg.InvalidPasswordError
        return password


async def test_a_second_change_while_waiting_for_the_first_is_survived(database_url: str) -> None:
    vault = Vault("first")
    database = make_settings(database={"url": database_url}).database
    password = Password(database.model_copy(update={"password_provider": vault.ask}))
    await password.login(vault.connect)

    vault.wanted = "second"
    waiting = asyncio.create_task(password.login(vault.connect))
    await asyncio.sleep(0.1)
    vault.told = "second"
    await password.login(vault.connect)
    vault.told = "third"

    assert await waiting == "second"
