"""A stream is text to a client of OpenAPI 3.1, which knows no schema of items."""

from collections.abc import AsyncIterable

import pytest
from fastapi import FastAPI
from pydantic import BaseModel


class Line(BaseModel):
    number: int


@pytest.fixture
async def app(app: FastAPI) -> FastAPI:
    @app.get("/lines")
    async def list_lines() -> AsyncIterable[Line]:
        yield Line(number=1)

    return app


async def test_what_each_line_is_stays_in_an_extension(app: FastAPI) -> None:
    document = app.openapi()

    (told,) = document["paths"]["/lines"]["get"]["responses"]["200"]["content"].values()
    assert told == {
        "schema": {"type": "string"},
        "x-item-schema": {"$ref": "#/components/schemas/Line"},
    }
    assert "Line" in document["components"]["schemas"]
