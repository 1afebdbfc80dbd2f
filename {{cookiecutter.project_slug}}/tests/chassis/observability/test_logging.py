"""Log lines of every logger, for a program or for a person; see also `test_logging_of_values`."""

import logging
import warnings
from io import StringIO

import pytest
import structlog

from chassis.observability.logging import configure_logging
from tests.chassis.observability.conftest import DATABASE, configured, lines
from tests.support.settings import make_settings

log = structlog.get_logger()


def test_a_json_line_says_what_when_how_severe_and_by_whom() -> None:
    read = configured(service={"name": "shop"})

    log.warning("stock is low", product="lamp", left=3)

    (line,) = lines(read)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "stock is low",
        "level": "warning",
        "service": "shop",
        "product": "lamp",
        "left": 3,
    }


def test_text_is_for_a_person() -> None:
    read = configured("console")

    log.warning("stock is low", product="red lamp", left=3)

    text = read()
    assert "[warning  ] stock is low" in text
    assert "product='red lamp' left=3" in text
    assert "\x1b" not in text
    assert text.count("\n") == 1


def test_colours_are_for_a_terminal() -> None:
    class Terminal(StringIO):
        def isatty(self) -> bool:
            return True

    stream = Terminal()
    settings = make_settings(database=DATABASE)
    configure_logging(settings.log, settings.identity, stream)

    log.warning("stock is low")

    assert "\x1b[" in stream.getvalue()


@pytest.mark.parametrize(
    ("environment", "is_json"), [("production", True), ("development", False), ("test", False)]
)
def test_the_format_depends_on_the_environment_unless_set(environment: str, is_json: bool) -> None:
    read = configured("auto", environment=environment)

    log.info("hello")

    assert read().startswith("{") == is_json


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        ("debug", ["debug", "info", "warning", "error"]),
        ("info", ["info", "warning", "error"]),
        ("warning", ["warning", "error"]),
        ("error", ["error"]),
    ],
)
def test_lines_below_the_level_are_not_written(level: str, expected: list[str]) -> None:
    read = configured(level=level)

    for logger in (log, logging.getLogger("somewhere")):
        logger.debug("debug")
        logger.info("info")
        logger.warning("warning")
        logger.error("error")

    assert [line["event"] for line in lines(read)] == expected * 2


@pytest.mark.parametrize(
    "name", ["uvicorn", "uvicorn.error", "sqlalchemy.engine", "alembic.runtime", "py.warnings", "x"]
)
def test_the_loggers_of_libraries_take_the_same_way(name: str) -> None:
    logging.getLogger(name).handlers = [logging.NullHandler()]
    logging.getLogger(name).disabled = True
    logging.getLogger(name).disabled = False
    read = configured()
    structlog.contextvars.bind_contextvars(request_id="abc-1")

    logging.getLogger(name).warning("%s is %s", "stock", "low")

    (line,) = lines(read)
    assert (line["event"], line["level"], line["logger"]) == ("stock is low", "warning", name)
    assert line["request_id"] == "abc-1"
    assert line["service"]
    assert not [key for key in line if key.startswith("_")]


def test_what_a_call_gives_besides_is_on_its_line_and_takes_no_others_place() -> None:
    read = configured()

    extra = {"cart": 5, "password": "hunter2", "event": "mine", "color_message": "\x1b[36mhello"}
    logging.getLogger("x").warning("hello", extra=extra)

    (line,) = lines(read)
    assert (line["event"], line["cart"]) == ("hello", 5)
    assert "hunter2" not in str(line)
    assert "color_message" not in line


def test_what_libraries_tell_at_each_start_is_not_written() -> None:
    read = configured()
    migration = logging.getLogger("alembic.runtime.migration")

    migration.info("Context impl %s.", "PostgresqlImpl")
    migration.info("Will assume %s DDL.", "transactional")
    migration.info("Running %s", "upgrade  -> 0001")
    logging.getLogger("watchfiles.main").info("%d changes detected", 198)

    assert [line["event"] for line in lines(read)] == ["Running upgrade  -> 0001"]


@pytest.mark.parametrize("form", ["json", "console"])
def test_a_process_that_does_not_serve_says_what_it_is(form: str) -> None:
    settings = make_settings(database=DATABASE, log={"format": form})
    stream = StringIO()
    configure_logging(settings.log, settings.identity, stream, process="worker")

    log.info("one", left=3)
    logging.getLogger("uvicorn.error").info("two")

    told = '"process":"worker"' if form == "json" else "process=worker"
    assert [told in line for line in stream.getvalue().splitlines()] == [True, True]


def test_warnings_are_logged() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        read = configured()
        warnings.warn("it will change", FutureWarning, stacklevel=1)
        logging.captureWarnings(capture=False)

    (line,) = lines(read)
    assert (line["logger"], line["level"]) == ("py.warnings", "warning")
    assert "FutureWarning: it will change" in line["event"]


def test_the_servers_own_request_line_is_silent() -> None:
    read = configured()

    logging.getLogger("uvicorn.access").info("GET /")

    assert read() == ""


def test_nothing_is_written_twice_when_configured_twice() -> None:
    first = configured()
    second = configured()

    log.info("one")
    logging.getLogger("uvicorn.error").info("two")

    assert first() == ""
    assert [line["event"] for line in lines(second)] == ["one", "two"]


def test_by_default_it_goes_to_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    settings = make_settings(database=DATABASE, log={"format": "json"})
    configure_logging(settings.log, settings.identity)

    log.info("one")
    logging.getLogger("x").info("two")

    output = capsys.readouterr()
    assert len(output.out.splitlines()) == 2
    assert output.err == ""


@pytest.mark.parametrize("level", ["debug", "info"])
def test_no_handshake_of_the_server_is_written_with_its_query_string(level: str) -> None:
    """Neither its own line, nor the headers that a library for WebSockets debugs."""
    read = configured(level=level)
    server = logging.getLogger("uvicorn.error")

    server.info('%s - "WebSocket %s" [accepted]', "192.0.2.1:1", "/ws?token=hunter2")
    server.info('%s - "WebSocket %s" %d', "192.0.2.1:1", "/ws?token=hunter2", 403)
    server.debug("< GET %s HTTP/1.1", "/ws?token=hunter2")
    server.info("Started server process [%d]", 7)

    assert [line["event"] for line in lines(read)] == ["Started server process [7]"]


@pytest.mark.parametrize("client", ["httpx", "httpx2"])
def test_clients_do_not_tell_each_url_that_they_ask_for(client: str) -> None:
    read = configured()

    logging.getLogger(client).info("HTTP Request: GET https://maps.example/?key=hunter2")

    assert read() == ""
