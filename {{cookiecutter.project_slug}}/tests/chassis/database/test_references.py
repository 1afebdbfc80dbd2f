"""A row that refers to none is told apart from a row that others refer to."""

from typing import Any

import asyncpg
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from chassis.database.failures import problem_from
from chassis.problems import ReferenceMissing, StillReferenced
from tests.chassis.database.asking import ask, assert_problem

TABLES = """
    CREATE TABLE scratch.people (
        id int PRIMARY KEY,
        mentor int CONSTRAINT fk_mentor REFERENCES scratch.people
    );
    CREATE TABLE scratch.rooms (house text, number int, PRIMARY KEY (house, number));
    CREATE TABLE scratch.stays (
        person int CONSTRAINT fk_person REFERENCES scratch.people DEFERRABLE INITIALLY DEFERRED,
        house text,
        number int,
        CONSTRAINT fk_room FOREIGN KEY (house, number) REFERENCES scratch.rooms
    );
    INSERT INTO scratch.people VALUES (1, 1), (2, 1);
    INSERT INTO scratch.rooms VALUES ('"inn"', 1);
    INSERT INTO scratch.stays VALUES (2, '"inn"', 1);
"""


@pytest.mark.parametrize(
    ("statement", "detail"),
    [
        (
            "INSERT INTO scratch.people VALUES (3, 77)",
            "`mentor` refers to something that does not exist. Constraint: fk_mentor.",
        ),
        (
            "UPDATE scratch.people SET mentor = 77 WHERE id = 2",
            "`mentor` refers to something that does not exist. Constraint: fk_mentor.",
        ),
        (
            "INSERT INTO scratch.stays VALUES (77)",  # found at COMMIT
            "`person` refers to something that does not exist. Constraint: fk_person.",
        ),
        (
            'INSERT INTO scratch.stays VALUES (1, \'("a")=("b")\', 1)',
            "`house, number` refers to something that does not exist. Constraint: fk_room.",
        ),
    ],
)
async def test_a_row_that_refers_to_none_is_told_what_is_missing(
    scratch: Any, app: FastAPI, statement: str, detail: str
) -> None:
    await scratch.execute(TABLES)

    response = await ask(app, lambda session: session.execute(text(statement)))

    assert_problem(response, 409, "reference-missing")
    assert response.json()["detail"] == detail


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        ("DELETE FROM scratch.people WHERE id = 1", "fk_mentor"),
        ("UPDATE scratch.people SET id = 9 WHERE id = 1", "fk_mentor"),
        ("DELETE FROM scratch.people WHERE id = 2", "fk_person"),
        ("DELETE FROM scratch.rooms", "fk_room"),
    ],
)
async def test_a_row_that_others_refer_to_stays(
    scratch: Any, app: FastAPI, statement: str, constraint: str
) -> None:
    await scratch.execute(TABLES)

    response = await ask(app, lambda session: session.execute(text(statement)))

    assert_problem(response, 409, "still-referenced")
    assert response.json()["detail"] == f"Something refers to it. Constraint: {constraint}."


@pytest.mark.parametrize(
    ("missing", "referenced"),
    [
        (
            "Einfügen oder Aktualisieren in Tabelle »a« verletzt Constraint »f«",
            "Aktualisieren oder Löschen in Tabelle »b« verletzt Constraint »f« von Tabelle »a«",
        ),
        (
            "une instruction insert ou update sur la table « a » viole la contrainte « f »",
            "UPDATE ou DELETE sur la table « b » viole la contrainte « f » de la table « a »",
        ),
        (
            'テーブル"a"への挿入、更新は外部キー制約"f"に違反しています',
            'テーブル"b"の更新または削除は、テーブル"a"の外部キー制約"f"に違反します',
        ),
    ],
    ids=["German", "French", "Japanese"],
)
def test_they_are_told_apart_in_the_language_of_any_server(missing: str, referenced: str) -> None:
    kinds = [
        type(problem_from(asyncpg.ForeignKeyViolationError(message)))
        for message in (missing, referenced)
    ]

    assert kinds == [ReferenceMissing, StillReferenced]


def test_what_a_role_may_not_see_is_not_named() -> None:
    """PostgreSQL leaves the key out for who may not read the table."""
    error = asyncpg.ForeignKeyViolationError('insert on table "a" violates constraint "f"')
    error.detail = 'Key is not present in table "b".'

    assert problem_from(error).detail == "It refers to something that does not exist."


async def test_a_trigger_that_says_so_in_words_of_its_own_is_taken_as_before(
    scratch: Any, app: FastAPI
) -> None:
    statement = "DO $$ BEGIN RAISE foreign_key_violation USING MESSAGE = 'not now'; END $$"

    response = await ask(app, lambda session: session.execute(text(statement)))

    assert_problem(response, 409, "still-referenced")
