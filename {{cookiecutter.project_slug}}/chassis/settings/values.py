"""Types of values that a setting may have: what a person writes, made what the code needs."""

import json
import re
from collections.abc import Awaitable, Callable
from importlib.util import find_spec
from inspect import iscoroutinefunction
from ipaddress import ip_network
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ImportString, SecretStr
from pydantic_settings import NoDecode

from chassis.settings import origins

SWITCHES = {
    **dict.fromkeys(("true", "yes", "on", "1"), True),
    **dict.fromkeys(("false", "no", "off", "0"), False),
}


def split_list(value: object) -> object:
    if not isinstance(value, str):
        return value
    if value.strip().startswith("["):
        try:
            return json.loads(value)
        except ValueError:
            message = 'must be a JSON list, such as ["one", "two"]'
            raise ValueError(message) from None
    return [item.strip() for item in value.split(",") if item.strip()]


def _switch(value: object) -> object:
    return SWITCHES.get(value.lower(), value) if isinstance(value, str) else value


def _told(value: str) -> str:
    """One value of a list, unless what is before an `@` may be a password."""
    return "one of them" if "@" in value else repr(value)


def _network(value: str) -> str:
    try:
        ip_network("::" if value == "*" else value)
    except ValueError:
        message = f"{_told(value)} is no address or network (CIDR)"
        raise ValueError(message) from None
    return value


def _origin(value: str) -> str:
    if value != "*" and (fault := origins.refused(value)):
        message = f"{_told(value)} {fault}"
        raise ValueError(message)
    return value


def _path_of_function(value: object) -> object:
    """What is none is not looked for: the fault would tell it, and it could be the password."""
    if isinstance(value, str) and not re.fullmatch(r"[a-z_][\w.]*[:.]\w+", value, re.IGNORECASE):
        message = "must name an async function, as module:function"
        raise ValueError(message)
    return value


def _asynchronous(function: Callable[[], Awaitable[str]]) -> Callable[[], Awaitable[str]]:
    if not iscoroutinefunction(function):
        message = "must name an async function, as module:function"
        raise ValueError(message)
    return function


def _collector(value: SecretStr | None) -> SecretStr | None:
    """Only where OpenTelemetry is installed: to send nothing in silence would be worse."""
    if value is None or not value.get_secret_value():
        return None
    if not re.fullmatch(r"https?://[^/\s]+(/\S*)?", value.get_secret_value()):
        message = "is no address of a collector; write it like http://collector:4318"
        raise ValueError(message)
    try:
        missing = find_spec("opentelemetry.exporter.otlp.proto.http") is None
    except ModuleNotFoundError:  # a package that it would be in
        missing = True
    if missing or find_spec("opentelemetry.sdk") is None:
        message = "needs OpenTelemetry, which is not installed; run: uv sync --extra otel"
        raise ValueError(message)
    return value


def _host(value: str) -> str:
    if not re.fullmatch(r"\*|(\*\.)?[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]", value):
        message = (
            f"{_told(value)} is no host; write it without port: shop.example or *.shop.example"
        )
        raise ValueError(message)
    return value


def _hosts(items: list[str]) -> list[str]:
    if not items:
        message = "names no host, so nobody would be answered; write * for any"
        raise ValueError(message)
    return [_host(item) for item in items]


def _rate(value: str) -> str:
    if not re.fullmatch(r"0*[1-9]\d*/([1-9]\d* )?(second|minute|hour|day)s?", value):
        message = "must be a number and a time, such as 100/minute, 5/second or 1000/12 hours"
        raise ValueError(message)
    return value


def _redis_url(value: SecretStr) -> SecretStr:
    if not re.match(r"rediss?://.", value.get_secret_value()):
        message = "must look like redis://:password@host:6379/0; rediss:// is with TLS"
        raise ValueError(message)
    return value


Seconds = Annotated[float, Field(gt=0, le=86_400)]
SecondsOrNever = Annotated[float, Field(ge=0, le=86_400)]
"""Where 0 says that there is no limit."""
Switch = Annotated[Literal["auto", True, False], BeforeValidator(_switch)]
"""What the environment decides, unless it is said."""
List = Annotated[list[str], NoDecode, BeforeValidator(split_list)]
"""A JSON list, or items with commas between them."""
Networks = Annotated[List, AfterValidator(lambda items: [_network(item) for item in items])]
Origins = Annotated[List, AfterValidator(lambda items: [_origin(item) for item in items])]
PasswordProvider = Annotated[
    ImportString[Callable[[], Awaitable[str]]],
    AfterValidator(_asynchronous),
    BeforeValidator(_path_of_function),
]
Hosts = Annotated[List, AfterValidator(_hosts)]
Rate = Annotated[str, AfterValidator(_rate)]
RedisURL = Annotated[SecretStr, AfterValidator(_redis_url)]
CollectorURL = Annotated[SecretStr | None, AfterValidator(_collector)]
