"""Where the service is: the path that it is below, and addresses as a person can follow them."""

import re
from typing import Annotated

from pydantic import AfterValidator


def _root_path(value: str) -> str:
    path = value.rstrip("/")
    if not re.fullmatch(r"(/[A-Za-z0-9._~-]+)*", path) or {".", ".."} & set(path.split("/")):
        message = f"{value!r} is no path to be below; write it like /shop or /api/shop"
        raise ValueError(message)
    return path


RootPath = Annotated[str, AfterValidator(_root_path)]

WILDCARDS = {"", "0.0.0.0", "::"}  # noqa: S104  compared with, and not bound to
"""Every address of this machine; of `::` those of both families."""


def address_of(host: str, port: int) -> str:
    """To be clicked: nobody can go to a wildcard, and IPv6 wants brackets."""
    name = "localhost" if host in WILDCARDS else host
    return f"http://{in_url(name)}:{port}"


def in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host
