"""Models of the service keep their names in the document, whatever else is in it."""

from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from pydantic import BaseModel, create_model

from chassis.problems import Conflict
from chassis.web.errors.problem_response import PROBLEM_SCHEMA
from chassis.web.openapi import problems

PLACE = "#/components/schemas/"


def route(app: FastAPI, *names: str) -> None:
    """An operation that takes and gives models of these names, and has problems of its own."""
    fields: dict[str, Any] = {
        name.lower(): (create_model(name, mine=(int, ...)), ...) for name in names
    }
    model: type[BaseModel] = create_model("Holder", **fields)
    heard = APIRouter()

    @heard.post("/heard", responses=problems(Conflict))
    def hear() -> None: ...

    @app.post("/own", responses=problems(Conflict), callbacks=heard.routes)
    async def own(body: model) -> model:
        return body


@pytest.mark.parametrize(
    ("names", "ours"),
    [
        ([], "Problem"),
        (["Problem"], "ProblemDetails"),
        (["ProblemDetails"], "Problem"),
        (["Problem", "ProblemDetails"], "Problem2"),
    ],
)
async def test_a_model_called_problem_is_there_beside_ours(
    app: FastAPI, names: list[str], ours: str
) -> None:
    route(app, *names)

    document = app.openapi()

    schemas = document["components"]["schemas"]
    assert schemas[ours] == PROBLEM_SCHEMA
    for name in names:
        assert [*schemas[name]["properties"]] == ["mine"]
        assert schemas["Holder"]["properties"][name.lower()] == {"$ref": f"{PLACE}{name}"}
    operation = document["paths"]["/own"]["post"]
    (callback,) = operation["callbacks"].values()
    told = [operation["responses"]["409"], operation["responses"]["default"]]
    told += [callback["/heard"]["post"]["responses"]["409"]]
    for response in told:
        (content,) = response["content"].values()
        assert content["schema"] == {"$ref": f"{PLACE}{ours}"}


async def test_what_a_model_refers_to_stays(app: FastAPI) -> None:
    """FastAPI itself puts its own in the place of a model of this name."""
    route(app, "ValidationError")

    schemas = app.openapi()["components"]["schemas"]

    assert "ValidationError" in schemas
    assert "HTTPValidationError" not in schemas


async def test_what_fastapi_says_of_invalid_input_is_gone(app: FastAPI) -> None:
    route(app)

    assert not {"ValidationError", "HTTPValidationError"} & {
        *app.openapi()["components"]["schemas"]
    }
