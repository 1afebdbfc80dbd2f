"""Types of values that a setting may have: what a person writes, made what the code needs."""

import json
import re
from ipaddress import ip_network
from typing import Annotated
from urllib.parse import quote, unquote

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_settings import NoDecode
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError


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
    return SecretStr(url.render_as_string(hide_password=False))


def _origin(value: str) -> str:
    if value != "*" and not re.fullmatch(r"https?://[^/\s]+", value):
        message = f"{value!r} is no origin; write it as browsers do: https://shop.example"
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
List = Annotated[list[str], NoDecode, BeforeValidator(_split_list)]
"""A JSON list, or items with commas between them."""
Networks = Annotated[List, AfterValidator(lambda items: [_network(item) for item in items])]
Origins = Annotated[List, AfterValidator(lambda items: [_origin(item) for item in items])]
Hosts = Annotated[List, AfterValidator(lambda items: [_host(item) for item in items])]
Rate = Annotated[str, AfterValidator(_rate)]
RedisURL = Annotated[SecretStr, AfterValidator(_redis_url)]
DatabaseURL = Annotated[SecretStr, BeforeValidator(_database_url)]
