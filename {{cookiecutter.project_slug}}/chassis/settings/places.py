"""Types of values that say where the service is: the path that it is below."""

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
