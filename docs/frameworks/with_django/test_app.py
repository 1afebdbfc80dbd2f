"""How such an application is tested: opened by a fixture, called by Django's own client."""

from collections.abc import Iterator

import pytest
from django.test import Client

from with_django.apps import shop
from with_django.wsgi import application  # noqa: F401  sets Django up


@pytest.fixture
def client() -> Iterator[Client]:
    shop().open()
    yield Client()
    shop().close()


def test_a_product_is_created_once(client: Client) -> None:
    given = {"sku": "django-1", "name": "Django"}
    created = client.post("/products", given, content_type="application/json").json()
    assert client.get(f"/products/{created['id']}").json() == created
    again = client.post("/products", given, content_type="application/json")
    assert (again.status_code, again.json()["type"]) == (409, "/problems/already-exists")


def test_what_is_refused_is_a_problem(client: Client) -> None:
    refused = [client.post("/products", {}, content_type="application/json"), client.get("/no")]
    assert [it.status_code for it in refused] == [422, 404]
    assert {it["Content-Type"] for it in refused} == {"application/problem+json"}
    assert client.get("/health/ready").json() == {"status": "ok"}
