"""How such an application is tested: by Starlette's own client, which enters the lifespan."""

from starlette.testclient import TestClient

from with_starlette.app import create_app


def test_a_product_is_created_once_and_what_is_refused_is_a_problem() -> None:
    given = {"sku": "starlette-1", "name": "Starlette"}
    with TestClient(create_app()) as client:
        created = client.post("/products", json=given).json()
        assert client.get(f"/products/{created['id']}").json() == created
        again = client.post("/products", json=given)
        wrong = client.post("/products", json={})
        nowhere = client.get("/nowhere")
        ready = client.get("/health/ready")
    assert [it.status_code for it in (again, wrong, nowhere, ready)] == [409, 422, 404, 200]
    problems = {it.headers["Content-Type"] for it in (again, wrong, nowhere)}
    assert problems == {"application/problem+json"}
