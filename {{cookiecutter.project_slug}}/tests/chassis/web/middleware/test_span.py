"""What the span of a request says of its path."""

from tests.chassis.application import create_app, lifespan
from tests.chassis.observability.collector import attributes, collecting
from tests.support.clients import client_of
from tests.support.settings import make_settings

TOLD = {"/reset/hunter2": "/reset/***", "/files/a": "/files/a"}


async def test_a_secret_of_the_path_is_not_in_the_span(database_url: str) -> None:
    with collecting() as collector:
        settings = make_settings(
            database={"url": database_url}, tracing={"endpoint": collector.url}
        )
        app = create_app(settings)

        @app.get("/reset/{token}")
        @app.get("/files/{name}")
        async def answer() -> None: ...

        async with lifespan(app), client_of(app) as client:
            for path in TOLD:
                await client.get(path)
        paths = [attributes(span)["url.path"] for span in collector.spans]

    assert sorted(paths) == sorted(TOLD.values())
    assert "hunter2" not in str(collector.spans)
