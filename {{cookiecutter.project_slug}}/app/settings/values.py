"""Types of values that a setting may have: what a person writes, made what the code needs."""

import json
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from importlib.util import find_spec
from inspect import iscoroutinefunction
from ipaddress import ip_network
from typing import Annotated, Literal
from urllib.parse import quote, unquote

from asyncpg.connect_utils import SessionAttribute, SSLMode, SSLNegotiation
from pydantic import AfterValidator, BeforeValidator, Field, ImportString, SecretStr
from pydantic_settings import NoDecode
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

# What follows `?` in the URL: https://magicstack.github.io/asyncpg/current/api/index.html#connection
CHOICES: dict[str, list[str]] = {
    "sslmode": [mode.name.replace("_", "-") for mode in SSLMode],
    "sslnegotiation": [kind.value for kind in SSLNegotiation],
    "target_session_attrs": [attribute.value for attribute in SessionAttribute],
}
OPTIONS = {
    *CHOICES,
    *("host", "port", "dbname", "database", "user", "password", "passfile", "service"),
    *("sslcert", "sslkey", "sslrootcert", "sslcrl", "sslpassword"),
    *("ssl_min_protocol_version", "ssl_max_protocol_version", "krbsrvname", "gsslib"),
    "options",
}
SWITCHES = {
    **dict.fromkeys(("true", "yes", "on", "1"), True),
    **dict.fromkeys(("false", "no", "off", "0"), False),
}
OWN_NAMES = ("database", "replica")
"""What health and doctor call the databases that are not named by a setting."""


def _split_list(value: object) -> object:
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


def _network(value: str) -> str:
    if value != "*":
        ip_network(value)
    return value


def _database_url(value: object) -> object:
    """Accept any libpq URL; characters such as `@` and `/` in the password need no encoding."""
    text = value.get_secret_value() if isinstance(value, SecretStr) else value
    if not isinstance(text, str):
        return value
    scheme, _, rest = text.partition("://")
    if scheme not in {"postgres", "postgresql", "postgresql+asyncpg"}:
        message = f"must start with postgresql://, not {scheme[:20]!r}"
        raise ValueError(message)
    location, mark, query = rest.partition("?")
    login, at, address = location.rpartition("@")
    user, colon, password = login.partition(":")
    encoded = quote(unquote(password), safe="")
    try:
        url = make_url(f"postgresql://{user}{colon}{encoded}{at}{address}{mark}{query}")
    except (ArgumentError, ValueError):
        message = "is not a URL; percent-encode special characters of user and password"
        raise ValueError(message) from None
    if not url.database:
        message = "names no database: postgresql://user:password@host:5432/database"
        raise ValueError(message)
    for name, given in url.query.items():
        _refuse_unknown_option(name, given)
    return SecretStr(url.render_as_string(hide_password=False))


def _refuse_unknown_option(name: str, value: object) -> None:
    """The driver would refuse it, or pass it on to a server that does, at the first connection."""
    if name not in OPTIONS:
        shown = name if re.fullmatch(r"\w{1,40}", name) else "what follows the question mark"
        message = (
            f"the driver has no option {shown}; settings of the server go into one: "
            "?options=-c%20search_path%3Dshop"
        )
        raise ValueError(message)
    choices = CHOICES.get(name)
    if choices and value not in choices:
        message = f"{name} must be one of {', '.join(choices)}, not {str(value)[:20]!r}"
        raise ValueError(message)


def _named_databases(value: object) -> object:
    """Every wrong entry is named; what it says may hold a password and is not shown."""
    urls = _object(value)
    faults = {name: _fault(name, url) for name, url in urls.items()}
    if told := [f"{name}: {fault}" for name, fault in faults.items() if fault]:
        raise ValueError("; ".join(told))
    return {name: _database_url(url) for name, url in urls.items()}


def _object(value: object) -> dict[str, object]:
    with suppress(ValueError):
        value = json.loads(value or "{}") if isinstance(value, str) else value
    if isinstance(value, dict):
        return value
    message = 'must be a JSON object, such as {"analytics": "postgresql://..."}'
    raise ValueError(message)


def _fault(name: str, url: object) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        return "a name is made of a-z, 0-9 and _, and begins with a letter"
    if name in OWN_NAMES:
        return "the name is taken by the service's own"
    try:
        return "" if isinstance(_database_url(url), SecretStr) else "must be text"
    except ValueError as error:
        return str(error)


def _origin(value: str) -> str:
    if value != "*" and not re.fullmatch(r"https?://[^/\s]+", value):
        message = f"{value!r} is no origin; write it as browsers do: https://shop.example"
        raise ValueError(message)
    return value


def _asynchronous(function: Callable[[], Awaitable[str]]) -> Callable[[], Awaitable[str]]:
    if not iscoroutinefunction(function):
        message = "must name an async function, as module:function"
        raise ValueError(message)
    return function


def _collector(value: str | None) -> str | None:
    """Only where OpenTelemetry is installed: to send nothing in silence would be worse."""
    if not value:
        return None
    if not re.fullmatch(r"https?://[^/\s]+(/\S*)?", value):
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
        message = f"{value!r} is no host; write it without port: shop.example or *.shop.example"
        raise ValueError(message)
    return value


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
List = Annotated[list[str], NoDecode, BeforeValidator(_split_list)]
"""A JSON list, or items with commas between them."""
Networks = Annotated[List, AfterValidator(lambda items: [_network(item) for item in items])]
Origins = Annotated[List, AfterValidator(lambda items: [_origin(item) for item in items])]
PasswordProvider = Annotated[
    ImportString[Callable[[], Awaitable[str]]], AfterValidator(_asynchronous)
]
Hosts = Annotated[List, AfterValidator(lambda items: [_host(item) for item in items])]
Rate = Annotated[str, AfterValidator(_rate)]
RedisURL = Annotated[SecretStr, AfterValidator(_redis_url)]
DatabaseURL = Annotated[SecretStr, BeforeValidator(_database_url)]
OptionalDatabaseURL = Annotated[
    SecretStr | None, BeforeValidator(lambda value: _database_url(value) if value else None)
]
NamedDatabases = Annotated[dict[str, SecretStr], NoDecode, BeforeValidator(_named_databases)]
"""A JSON object, name to URL."""
CollectorURL = Annotated[str | None, AfterValidator(_collector)]
