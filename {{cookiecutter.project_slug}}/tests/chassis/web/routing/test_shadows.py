"""Routes that no request reaches."""

import pytest
from fastapi import APIRouter

from chassis.settings import Settings
from chassis.web.routing.shadows import shadows
from tests.chassis import application
from tests.chassis.application import create_app
from tests.chassis.web.routing.things import word


async def test_a_route_that_is_never_reached_is_told_at_the_start(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    router = APIRouter(prefix="/bills")
    router.get("/{bill_id}")(word)
    router.get("/overdue")(word)
    router.post("/overdue")(word)
    monkeypatch.setattr(application, "ROUTERS", [router])
    app = create_app(settings)

    assert [*shadows(app.routes)] == [("GET /bills/overdue", "GET /bills/{bill_id}")]
    assert "GET /bills/overdue" in capsys.readouterr().out


def test_a_route_beside_another_is_no_shadow() -> None:
    router = APIRouter()
    for path in ("/bills/overdue", "/bills/{bill_id}", "/bills/{bill_id}/lines", "/{a}/{b}/{c}"):
        router.get(path)(word)
    router.get("/numbers/{number:int}")(word)
    router.get("/numbers/{number:float}")(word)

    assert [*shadows(router.routes)] == []


@pytest.mark.parametrize(
    ("first", "second", "hidden"),
    [
        ("/{name}", "/{rest:path}", False),
        ("/{one}/{two}", "/{rest:path}", False),
        ("/{all:path}", "/{rest:path}", True),
        ("/files/{all:path}", "/files/{name}", True),
        ("/{a:int}", "/{b:int}", True),
        ("/{a:int}", "/{b:float}", False),
        ("/{a:float}", "/{b:int}", True),
        ("/{a:uuid}", "/{b:uuid}", True),
        ("/{a}", "/{b:uuid}", True),
    ],
)
def test_what_a_parameter_takes_is_known_by_its_type(first: str, second: str, hidden: bool) -> None:
    router = APIRouter()
    router.get(first)(word)
    router.get(second)(word)

    found = [(f"GET {second}", f"GET {first}")] if hidden else []
    assert [*shadows(router.routes)] == found
