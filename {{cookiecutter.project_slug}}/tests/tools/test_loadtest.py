"""The load test asks what there is, and tells what came of it."""

import json
import re
import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any
from xml.etree import ElementTree as ET

import pytest
from pydantic import Field, TypeAdapter

from chassis.web.types import Day, Digits, Finite, Instant
from tests.support.callers import KEY
from tests.support.serving import PROJECT, serving
from tools.loadtest.picture import picture
from tools.loadtest.plan import Plan
from tools.loadtest.report import percentile, report
from tools.loadtest.running import Answer, Result
from tools.loadtest.values import Values


def loadtest(url: str, *options: str, cwd: Path) -> "subprocess.CompletedProcess[str]":
    command = (sys.executable, "-m", "tools.loadtest", "--url", url, *options)
    env = {"PYTHONPATH": str(PROJECT), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, capture_output=True, encoding="utf-8", cwd=cwd, env=env)  # noqa: PLW1510  its status is what is tested


@pytest.fixture
def env(database_url: str) -> dict[str, str]:
    return {"DATABASE_URL": database_url, "ENVIRONMENT": "test"}


def test_every_operation_of_a_resource_is_asked_for_and_reported(
    env: dict[str, str], tmp_path: Path
) -> None:
    with serving("tests.tools.loaded:create_app", env=env) as served:
        done = loadtest(served.url, "--seconds", "4", "--clients", "4", cwd=tmp_path)

    assert done.returncode == 0, done.stdout + done.stderr
    for operation in ("GET", "POST"):
        assert re.search(rf"^{operation} /v1/gadgets +\d", done.stdout, re.MULTILINE)
    for operation in ("GET", "PATCH"):
        assert re.search(
            rf"^{operation} /v1/gadgets/\* +\d.* 200 x \d+$", done.stdout, re.MULTILINE
        )
    assert "Errors (no answer, 5xx): 0, 0.00%" in done.stdout
    assert re.search(r"Pool of one process: 10 connections, \d", done.stdout)
    lines = ET.parse(tmp_path / "loadtest.svg").iter("{http://www.w3.org/2000/svg}polyline")  # noqa: S314  we made it
    assert len([line for line in lines if line.get("points")]) == 5


def test_a_service_that_fails_makes_the_load_test_fail(env: dict[str, str], tmp_path: Path) -> None:
    with serving("tests.tools.loaded:create_failing_app", env=env) as served:
        done = loadtest(served.url, "--seconds", "3", "--clients", "4", cwd=tmp_path)

    assert done.returncode == 1
    assert re.search(r"^POST /v1/gadgets .*500 x \d+$", done.stdout, re.MULTILINE)
    assert not re.search(r"Errors \(no answer, 5xx\): 0,", done.stdout)


def test_a_service_without_resources_is_told_so(env: dict[str, str], tmp_path: Path) -> None:
    with serving("tests.tools.loaded:create_empty_app", env=env) as served:
        done = loadtest(served.url, cwd=tmp_path)

    assert done.returncode == 1
    assert "the service has no resource to ask for" in done.stderr


def test_production_is_left_alone_unless_one_insists(env: dict[str, str], tmp_path: Path) -> None:
    keys = json.dumps([KEY])  # a service whose routes ask who calls does not start without any
    production = env | {"ENVIRONMENT": "production", "SERVER_DOCS": "true", "AUTH_KEYS": keys}
    with serving("tests.tools.loaded:create_app", env=production) as served:
        refused = loadtest(served.url, cwd=tmp_path)
        insisted = loadtest(
            served.url, "--production", "--seconds", "1", "--clients", "1", cwd=tmp_path
        )

    assert refused.returncode == 1
    assert "--production insists" in refused.stderr
    assert insisted.returncode == 0


def test_a_service_that_does_not_say_what_it_offers_is_told_so(
    env: dict[str, str], tmp_path: Path
) -> None:
    with serving("tests.tools.loaded:create_app", env=env | {"SERVER_DOCS": "false"}) as served:
        done = loadtest(served.url, cwd=tmp_path)

    assert done.returncode == 1
    assert "set SERVER_DOCS=true" in done.stderr


def test_a_service_that_is_away_is_told_in_a_sentence(tmp_path: Path) -> None:
    done = loadtest("http://127.0.0.1:1", cwd=tmp_path)

    assert done.returncode == 1
    assert done.stderr.startswith("http://127.0.0.1:1: ")
    assert "Traceback" not in done.stderr


def test_no_answer_is_an_error_and_a_conflict_is_none() -> None:
    answers = [Answer("GET /x", status, 0.0, 0.01) for status in (200, 409, 503, 0)]

    text = report(Result(answers), seconds=2)

    assert "no answer x 1, 200 x 1, 409 x 1, 503 x 1" in text
    assert "Errors (no answer, 5xx): 2, 50.00%. Refused (4xx, such as a conflict): 1." in text
    assert "/health told nothing" in text
    assert ET.fromstring(picture(Result(answers))) is not None  # noqa: S314  we made it


def test_percentiles_are_of_the_values_there_are() -> None:
    assert percentile([3.0], 99) == 3.0
    assert percentile([float(n) for n in range(101)], 90) == 90


def values(**keys: list[str]) -> Values:
    return Values({"Line": {"type": "object", "properties": {}}}, lambda name: keys.get(name, []))


def test_texts_fit_their_pattern_and_differ() -> None:
    made = values()
    schema = {"type": "string", "pattern": r"^-?\d{1,10}$", "maxLength": 10}
    number, text = made.of(schema), made.of({"type": "string", "maxLength": 12})

    assert re.fullmatch(r"\d{1,10}", number)
    assert len(text) == 12
    assert made.of({"type": "string"}) != made.of({"type": "string"})


@pytest.mark.parametrize(
    ("precision", "scale"), [(12, 2), (10, 3), (5, 5), (1, 0), (3, 3), (2, 1), (30, 4)]
)
def test_a_decimal_of_any_size_can_be_made(precision: int, scale: int) -> None:
    digits = TypeAdapter(Annotated[Decimal, Digits(precision, scale)])
    schema = digits.json_schema()

    assert digits.validate_python(values().of(schema)) >= 0


@pytest.mark.parametrize(
    "bounded",
    [
        TypeAdapter(Annotated[Decimal, Digits(12, 2), Field(ge=1000)]),
        TypeAdapter(Annotated[Decimal, Digits(4, 2), Field(ge=Decimal("0.01"), le=1)]),
        TypeAdapter(Annotated[Finite, Field(ge=0, le=0.25)]),
        TypeAdapter(Annotated[Day, Field(ge=date(2090, 1, 31))]),
        TypeAdapter(Annotated[Instant, Field(le=datetime(2020, 1, 31, tzinfo=UTC))]),
    ],
    ids=["from", "between", "float", "day", "instant"],
)
def test_a_value_is_within_its_bounds(bounded: TypeAdapter[Any]) -> None:
    bounded.validate_python(values().of(bounded.json_schema()))


def test_a_pattern_that_nothing_fits_is_told() -> None:
    with pytest.raises(ValueError, match="nothing fits the pattern '\\^Q\\$' of 'code'"):
        values().of({"type": "string", "pattern": "^Q$"}, "code")


def test_references_are_to_what_exists() -> None:
    made = values(product_id=["7"])

    assert made.of({"type": "string", "format": "uuid"}, "product_id") == "7"
    assert len(made.of({"type": "string", "format": "uuid"}, "other_id")) == 36


@pytest.mark.parametrize(
    ("schema", "kind"),
    [
        ({"enum": ["a", "b"]}, str),
        ({"const": "a"}, str),
        ({"type": "boolean"}, bool),
        ({"type": "number", "exclusiveMinimum": 0}, float),
        ({"type": "string", "format": "date"}, str),
        ({"type": "string", "format": "date-time"}, str),
        ({"type": "array", "items": {"$ref": "#/components/schemas/Line"}, "minItems": 2}, list),
        ({"anyOf": [{"type": "integer", "minimum": 5}, {"type": "null"}]}, int),
        ({}, dict),
    ],
)
def test_every_kind_of_value_can_be_made(schema: dict[str, object], kind: type) -> None:
    assert isinstance(values().of(schema), kind)


def test_only_collections_are_resources() -> None:
    body = {"requestBody": {"content": {"application/json": {"schema": {"type": "object"}}}}}
    paths = {
        "/health": {"get": {}},
        "/v1/things": {"get": {}, "post": body},
        "/v1/things/{thing_id}": {"get": {}, "patch": body},
        "/v1/things/{thing_id}/open": {"post": body},
        "/v1/reports": {"get": {}},
    }

    (resource,) = Plan({"paths": paths}).resources

    assert (resource.name, resource.lists, resource.reads) == ("things", True, True)
    assert (resource.create, resource.change) == ({"type": "object"}, {"type": "object"})
