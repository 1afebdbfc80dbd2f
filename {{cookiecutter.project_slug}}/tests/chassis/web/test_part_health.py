"""Health tells of the last call that a part has made, and makes none."""

from time import monotonic

import pytest
from fastapi import FastAPI

from chassis.web.part_health import Last, tell_health
from tests.support.clients import Client


class Calling:
    last: Last | None = None


@pytest.mark.parametrize(
    ("end", "is_fine", "status"), [("done", True, "ok"), ("model-cut", False, "unavailable")]
)
async def test_the_last_call_says_how_it_stands(
    app: FastAPI, client: Client, end: str, is_fine: bool, status: str
) -> None:
    calling = Calling()
    tell_health(app, "oracle", Calling())
    tell_health(app, "model", calling)
    calling.last = Last(end, is_fine, monotonic() - 5)

    response = await client.get("/health")

    found = response.json()["dependencies"]
    assert response.status_code == 200
    assert found["oracle"] == {"status": "ok", "last_call": None, "seconds_ago": None}
    assert (found["model"]["status"], found["model"]["last_call"]) == (status, end)
    assert found["model"]["seconds_ago"] >= 5
