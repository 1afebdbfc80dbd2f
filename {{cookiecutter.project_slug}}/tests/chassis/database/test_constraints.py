"""What a client is told when what it wants stored breaks a rule of the tables."""

from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database.session import Database
from tests.chassis.database.asking import SECRET, Work, ask, assert_problem
from tests.chassis.database.things import Thing, create_things

TABLES = """
    CREATE TABLE scratch.authors (id int CONSTRAINT pk_authors PRIMARY KEY);
    CREATE TABLE scratch.books (
        title text NOT NULL CONSTRAINT uq_books_title UNIQUE,
        pages int CONSTRAINT ck_books_pages CHECK (pages > 0),
        author int CONSTRAINT fk_books_author REFERENCES scratch.authors,
        shelf int4range,
        CONSTRAINT ex_books_shelf EXCLUDE USING gist (shelf WITH &&)
    );
    CREATE TABLE scratch.prizes (
        author int CONSTRAINT fk_prizes_author REFERENCES scratch.authors ON DELETE RESTRICT
    );
    INSERT INTO scratch.authors VALUES (1), (2);
"""
FIRST_BOOK = f"INSERT INTO scratch.books VALUES ('{SECRET}', 5, 1, '[1,9]')"
A_PRIZE = "INSERT INTO scratch.prizes VALUES (2)"


def executing(statement: str) -> Work:
    return lambda session: session.execute(text(statement))


@pytest.mark.parametrize(
    ("statement", "status", "kind", "constraint"),
    [
        (
            f"INSERT INTO scratch.books VALUES ('{SECRET}')",
            *(409, "already-exists", "uq_books_title"),
        ),
        (
            "INSERT INTO scratch.books VALUES ('a', 1, 77)",
            *(409, "reference-missing", "fk_books_author"),
        ),
        (
            "DELETE FROM scratch.authors WHERE id = 1",
            *(409, "still-referenced", "fk_books_author"),
        ),
        (
            "DELETE FROM scratch.authors WHERE id = 2",
            *(409, "still-referenced", "fk_prizes_author"),
        ),
        (
            "DO $$ BEGIN RAISE restrict_violation USING CONSTRAINT = 'as_of_18'; END $$",
            *(409, "still-referenced", "as_of_18"),
        ),
        (
            "INSERT INTO scratch.books VALUES ('a', 1, 1, '[9,12]')",
            *(409, "conflict", "ex_books_shelf"),
        ),
        (
            "INSERT INTO scratch.books VALUES ('a', 0)",
            *(422, "invalid-request", "ck_books_pages"),
        ),
        (
            "INSERT INTO scratch.books VALUES (NULL)",
            *(422, "invalid-request", None),
        ),
    ],
    ids=[
        "unique",
        "foreign key of a new row",
        "foreign key of a deleted row",
        "restricted delete",
        "restricted delete as of PostgreSQL 18",
        "exclusion",
        "check",
        "not null",
    ],
)
async def test_a_broken_constraint_is_told_by_its_name_and_not_by_values(
    scratch: Any, app: FastAPI, statement: str, status: int, kind: str, constraint: str | None
) -> None:
    await scratch.execute(TABLES + FIRST_BOOK + ";" + A_PRIZE)

    response = await ask(app, executing(statement))

    assert_problem(response, status, kind)
    detail: str = response.json()["detail"]
    assert detail.endswith(f" Constraint: {constraint}." if constraint else "missing.")


async def test_a_deferred_constraint_broken_at_commit_is_told_in_the_same_way(
    scratch: Any, app: FastAPI
) -> None:
    await scratch.execute("CREATE TABLE scratch.seats (id int UNIQUE INITIALLY DEFERRED)")

    response = await ask(app, executing("INSERT INTO scratch.seats VALUES (1), (1)"))

    assert_problem(response, 409, "already-exists")
    assert await scratch.fetchval("SELECT count(*) FROM scratch.seats") == 0


@pytest.mark.parametrize("change", ["update", "delete"])
async def test_a_change_to_what_another_has_changed_is_a_conflict(
    scratch: Any, app: FastAPI, database: Database, change: str
) -> None:
    await create_things(database, "lamp")

    async def work(session: AsyncSession) -> None:
        thing = (await session.scalars(select(Thing))).one()
        await scratch.execute("UPDATE scratch.things SET name = 'desk', version = version + 1")
        if change == "update":
            thing.name = SECRET
        else:
            await session.delete(thing)

    assert_problem(await ask(app, work), 409, "conflict")
    assert await scratch.fetchval("SELECT name FROM scratch.things") == "desk"
