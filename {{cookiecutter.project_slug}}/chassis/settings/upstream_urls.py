"""Addresses of other services: what a person writes, made what the client needs."""

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Annotated, TypeVar
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, SecretStr, ValidationError

PUBLIC = "public"
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
HOST = re.compile(r"[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]")
PATH = re.compile(r"(/[A-Za-z0-9._~!$&'()*+,;=:@%-]*)*")

Entry = TypeVar("Entry", bound=BaseModel)


def entries(value: object, kind: type[Entry]) -> dict[str, Entry]:
    """Every wrong entry is named; what it says may hold a secret and is not shown."""
    given = _object(value)
    faults = {name: _fault(name, entry, kind) for name, entry in given.items()}
    if told := [f"{_told(name)}: {fault}" for name, fault in faults.items() if fault]:
        raise ValueError("; ".join(told))
    return {name: _entry(entry, kind) for name, entry in given.items()}


def _object(value: object) -> Mapping[str, object]:
    with suppress(ValueError):
        value = json.loads(value or "{}") if isinstance(value, str) else value
    if isinstance(value, dict):
        return value
    message = 'must be a JSON object, such as {"payments": "https://payments.example/v1"}'
    raise ValueError(message)


def _entry(value: object, kind: type[Entry]) -> Entry:
    return kind.model_validate({"url": value} if isinstance(value, str) else value)


def _fault(name: str, value: object, kind: type[Entry]) -> str:
    if not NAME.fullmatch(name):
        return "a name is made of a-z, 0-9 and _, and begins with a letter"
    if name == PUBLIC:
        return "the name is taken: it is that of all URLs that users give"
    try:
        _entry(value, kind)
    except ValidationError as error:
        return ", ".join(_sentence(it["loc"], it["msg"]) for it in error.errors())
    return ""


def _sentence(place: tuple[int | str, ...], message: str) -> str:
    message = message.removeprefix("Value error, ")
    return f"{place[0]} {message}" if place else message


def _told(name: str) -> str:
    """What is no name may be an address, in the wrong place."""
    return name if re.fullmatch(r"\w{1,40}", name) else "one of them"


def _base_url(value: str) -> str:
    """Without a slash at its end, as each path begins with one."""
    parts = _parts(value, {"http", "https"}, "https://payments.example/v1")
    if "@" in parts.netloc:
        message = "has a user; give `headers`, such as Authorization, in an object beside `url`"
        raise ValueError(message)
    if parts.query or parts.fragment or not PATH.fullmatch(parts.path):
        message = "ends with its path, percent-encoded; a query is given with each call"
        raise ValueError(message)
    return value.rstrip("/")


def _proxy_url(value: SecretStr | None) -> SecretStr | None:
    if value is None or not value.get_secret_value():
        return None
    parts = _parts(value.get_secret_value(), {"http", "https"}, "http://proxy:3128")
    if parts.path.strip("/") or parts.query or parts.fragment:
        message = "ends with its port, such as http://proxy:3128"
        raise ValueError(message)
    return value


def _parts(value: str, schemes: set[str], example: str) -> SplitResult:
    message = f"is no address of a server; write it like {example}"
    try:
        parts = urlsplit(value)
        host = parts.netloc.rpartition("@")[2]
        name = re.sub(r":\d+$", "", host) if parts.port else host
    except ValueError:
        raise ValueError(message) from None
    if parts.scheme not in schemes or not HOST.fullmatch(name):
        raise ValueError(message)
    return parts


BaseURL = Annotated[str, AfterValidator(_base_url)]
ProxyURL = Annotated[
    SecretStr | None, BeforeValidator(lambda value: value or None), AfterValidator(_proxy_url)
]
