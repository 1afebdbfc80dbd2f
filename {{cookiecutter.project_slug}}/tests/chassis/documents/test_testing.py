"""The page on tests: those that it shows pass, and the fixtures that it names are there."""

import re
from typing import Any

from fastapi import FastAPI

from tests.chassis.documents.pages import Page
from tests.support.clients import Client
from tests.support.composition import PROJECT, ReadLog

NAME = "testing.md"
PAGE = Page(NAME).load()
short_of_time = PAGE.short_of_time


async def test_the_log_is_read_as_the_page_does(client: Client, read_log: ReadLog) -> None:
    await PAGE.test_a_request_is_told_with_its_id(client, read_log)


async def test_a_state_is_waited_for_as_the_page_does(client: Client, sql: Any) -> None:
    await PAGE.test_the_service_is_ready_while_its_database_answers(client, sql)


async def test_another_setting_is_given_as_the_page_does(short_of_time: FastAPI) -> None:
    await PAGE.test_another_setting_is_another_application(short_of_time)


def test_each_fixture_of_the_page_is_there() -> None:
    rows = re.findall(r"^\| (`\w+`(?:, `\w+`)*) \|", Page(NAME).text, re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"\w+", row)}
    sources = [*PROJECT.glob("tests/support/fixtures.py"), *PROJECT.glob("tests/jobs.py")]
    texts = "".join(path.read_text(encoding="utf-8") for path in sources)
    assert named >= {"client", "sql", "read_log"}
    assert named - {*re.findall(r"^(?:async )?def (\w+)\(", texts, re.MULTILINE)} == set()
