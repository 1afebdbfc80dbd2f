"""How a log line looks: JSON for a program, text for a person."""

from datetime import UTC, datetime
from enum import Enum

import orjson
import structlog
from structlog.typing import EventDict, WrappedLogger

from chassis.redaction.lines import has_to_be_searched
from chassis.redaction.values import redact


class JsonRenderer:
    """One JSON object a line."""

    def __init__(self, service: str) -> None:
        self._service = service

    def __call__(self, _logger: WrappedLogger, method: str, event: EventDict) -> str:
        event["level"] = method
        event["timestamp"] = datetime.now(UTC)
        event["service"] = self._service
        try:
            line = _json(event)
        except TypeError:
            line = _json(_encodable(redact(event)))
        # What is written is what is searched, whatever it was made from.
        return _json(redact(orjson.loads(line))) if has_to_be_searched(event, line) else line


def _json(event: EventDict) -> str:
    return orjson.dumps(event, repr, orjson.OPT_UTC_Z).decode()


class TextRenderer(structlog.dev.ConsoleRenderer):
    """Text for a person."""

    def __init__(self, *, colors: bool) -> None:
        # structlog's default formatter prints local variables, secrets among them.
        plain = structlog.dev.plain_traceback
        super().__init__(colors=colors, exception_formatter=plain, sort_keys=False, pad_event_to=16)

    def __call__(self, logger: WrappedLogger, name: str, event_dict: EventDict) -> str:
        now = datetime.now(UTC).replace(tzinfo=None)
        event_dict = {name: _plain(value) for name, value in redact(event_dict).items()}
        event_dict["level"] = name
        event_dict["timestamp"] = now.isoformat(timespec="milliseconds") + "Z"
        for field in ("request_id", "trace_id", "span_id"):
            if (value := event_dict.pop(field, None)) is not None:
                event_dict[field] = value  # last: it is long
        try:
            text = super().__call__(logger, name, dict(event_dict))
            text.encode()
        except Exception:  # noqa: BLE001  a repr may raise anything
            text = super().__call__(logger, name, _encodable(event_dict))
        return text


def _plain(value: object) -> object:
    """As JSON has it: 1000, and not `<CloseReason.NORMAL_CLOSURE: 1000>`."""
    return value.value if isinstance(value, Enum) else value


def _encodable(event: EventDict) -> EventDict:
    """The event with text for what no line can hold, so that logging never breaks a request.

    Such are lone surrogates, integers beyond 64 bits, keys that are not text, a repr that raises.
    """
    return {name: _told(value) for name, value in event.items()}


def _told(value: object) -> object:
    try:
        orjson.dumps(value, default=repr)
    except TypeError:
        try:
            return ascii(value)
        except Exception:  # noqa: BLE001  a repr may raise anything
            return f"<{type(value).__name__}>"
    return value
