"""How such an application is tested: opened by a fixture, called by Flask's own client."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from with_flask.app import close_in, create_app, open_in


@pytest.fixture
def client() -> Iterator[FlaskClient]:
    app = create_app()
    open_in(app)
    with app.test_client() as client:
        yield client
    close_in(app)


def test_a_product_is_created_once(client: FlaskClient) -> None:
    created = client.post("/products", json={"sku": "flask-1", "name": "Flask"})
    assert client.get(f"/products/{created.json['id']}").json == created.json
    again = client.post("/products", json={"sku": "flask-1", "name": "Flask"})
    assert (again.status_code, again.json["type"]) == (409, "/problems/already-exists")


def test_what_is_refused_is_a_problem(client: FlaskClient) -> None:
    refused = [client.post("/products", json={}), client.get("/nowhere"), client.put("/products")]
    assert [it.status_code for it in refused] == [422, 404, 405]
    assert {it.content_type for it in refused} == {"application/problem+json"}
    assert client.get("/health/ready").json == {"status": "ok"}
