"""A file that is sent with a form, over a socket, to a route with a limit of its own."""

from collections.abc import Iterator

import httpx
import pytest

from tests.support.serving import Served, serving

LIMIT = 3_000_000
JSON_LIMIT = 100_000
BOUNDARY = "x" * 20


@pytest.fixture(scope="module")
def served(database_url: str) -> Iterator[Served]:
    env = {"DATABASE_URL": database_url, "SERVER_MAX_BODY_BYTES": str(JSON_LIMIT)}
    with serving("tests.chassis.served_app:create_app", env=env) as served:
        yield served


def post(served: Served, **options: object) -> httpx.Response:
    return httpx.post(f"{served.url}/upload", timeout=90, **options)  # type: ignore[arg-type]


def form(size: int) -> bytes:
    def part(disposition: str, content: bytes) -> bytes:
        head = f"--{BOUNDARY}\r\nContent-Disposition: form-data; {disposition}\r\n\r\n"
        return head.encode() + content + b"\r\n"

    title = part('name="title"', b"Summer")
    return title + part('name="file"; filename="a"', b"x" * size) + f"--{BOUNDARY}--\r\n".encode()


def in_chunks(body: bytes) -> Iterator[bytes]:
    for start in range(0, len(body), 65_536):
        yield body[start : start + 65_536]


def test_a_file_beyond_the_usual_limit_arrives_whole(served: Served) -> None:
    file = ("sun.jpg", b"x" * (LIMIT - 1_000), "image/jpeg")

    response = post(served, files={"file": file}, data={"title": "Sommer"})

    assert (response.status_code, response.json()) == (
        200,
        {"title": "Sommer", "name": "sun.jpg", "type": "image/jpeg", "size": LIMIT - 1_000},
    )


@pytest.mark.parametrize("announced", [True, False])
def test_a_file_beyond_the_limit_of_the_route_is_refused(served: Served, announced: bool) -> None:
    body = form(LIMIT)
    headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}

    response = post(served, content=body if announced else in_chunks(body), headers=headers)

    assert response.status_code == 413
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["detail"] == f"The limit is {LIMIT} bytes."


@pytest.mark.parametrize(
    ("content_type", "body", "detail"),
    [
        ("multipart/form-data", form(1), "Missing boundary in multipart."),
        (f"multipart/form-data; boundary={BOUNDARY}", b"no form", "Invalid multipart data."),
    ],
)
def test_what_is_no_form_is_malformed_and_told_why(
    served: Served, content_type: str, body: bytes, detail: str
) -> None:
    response = post(served, content=body, headers={"Content-Type": content_type})

    assert response.status_code == 400
    assert response.json()["type"] == "/problems/malformed-request"
    assert detail in response.json()["detail"]


def test_a_form_that_lacks_its_file_is_invalid(served: Served) -> None:
    response = post(served, data={"title": "Sommer"})

    assert response.status_code == 422
    assert [error["loc"] for error in response.json()["errors"]] == [["body", "file"]]
