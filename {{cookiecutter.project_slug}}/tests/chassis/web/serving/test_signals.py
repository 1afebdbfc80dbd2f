"""A signal is of the service, and of no request that it interrupts."""

from tests.support.serving import serving, until


def test_the_line_of_its_end_has_no_request(database_url: str) -> None:
    env = {"DATABASE_URL": database_url, "LOG_FORMAT": "json"}
    with serving("tests.chassis.served_app:create_app", env=env) as served:
        assert served.get("/stop").status_code == 200

        assert until(lambda: served.lines("stopping"))
        (line,) = served.lines("stopping")
        assert "request_id" not in line
        assert "trace_id" not in line
