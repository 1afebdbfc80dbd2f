"""The address of a database: what a person writes, made what the driver needs; never told."""

import json
import re
from contextlib import suppress
from typing import Annotated
from urllib.parse import quote, unquote

from pydantic import BeforeValidator, SecretStr
from pydantic_settings import NoDecode
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from chassis.settings.database_options import refuse_unusable
from chassis.settings.database_servers import with_servers

OWN_NAMES = ("database", "replica", "redis")
"""What health and doctor call what is not named by this setting."""


def _database_url(value: object) -> object:
    """Accept any libpq URL; characters such as `@` and `/` in the password need no encoding."""
    text = value.get_secret_value() if isinstance(value, SecretStr) else value
    if not isinstance(text, str):
        return value
    scheme, _, rest = text.partition("://")
    if scheme not in {"postgres", "postgresql", "postgresql+asyncpg"}:
        # Without a scheme, what comes first may be a password.
        other = f", not {scheme!r}" if re.match(r"[a-z][a-z0-9+]{0,19}://", text) else ""
        message = f"must start with postgresql://{other}"
        raise ValueError(message)
    location, mark, query = rest.partition("?")
    login, at, address = location.rpartition("@")
    user, colon, password = login.partition(":")
    encoded = quote(unquote(password), safe="")
    hosts, slash, database = address.partition("/")
    one = "" if "," in hosts else hosts  # SQLAlchemy knows no others
    try:
        url = make_url(
            f"postgresql://{user}{colon}{encoded}{at}{one}{slash}{database}{mark}{query}"
        )
    except (ArgumentError, ValueError):
        message = "is not a URL; percent-encode special characters of user and password"
        raise ValueError(message) from None
    if not url.database:
        message = "names no database: postgresql://user:password@host:5432/database"
        raise ValueError(message)
    # An `@` says that the question mark may be one of the password's own.
    refuse_unusable(url, shown="@" not in query)
    url = with_servers(url, "" if one else hosts)
    return SecretStr(url.render_as_string(hide_password=False))


def _named_databases(value: object) -> object:
    """Every wrong entry is named; what it says may hold a password and is not shown."""
    urls = _object(value)
    faults = {name: _fault(name, url) for name, url in urls.items()}
    if told := [f"{_told(name)}: {fault}" for name, fault in faults.items() if fault]:
        raise ValueError("; ".join(told))
    return {name: _database_url(url) for name, url in urls.items()}


def _told(name: str) -> str:
    """What is no name may be an address, in the wrong place."""
    return name if re.fullmatch(r"\w{1,40}", name) else "one of them"


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


DatabaseURL = Annotated[SecretStr, BeforeValidator(_database_url)]
OptionalDatabaseURL = Annotated[
    SecretStr | None, BeforeValidator(lambda value: _database_url(value) if value else None)
]
NamedDatabases = Annotated[dict[str, SecretStr], NoDecode, BeforeValidator(_named_databases)]
"""A JSON object, name to URL."""
