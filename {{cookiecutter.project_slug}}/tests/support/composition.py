"""Which application is under test, and what its fixtures are to a type checker."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from chassis.settings import Settings
from tools.postgres import Server

PROJECT = Path(__file__).parent.parent.parent

StartApp = Callable[..., Any]
Line = dict[str, Any]
ReadLog = Callable[[str], list[Line]]


@dataclass(frozen=True)
class Composition:
    """The application under test."""

    create_app: Callable[[Any], FastAPI]
    settings: type[Settings]
    upstreams: Sequence[str] = ()
    """Services that it calls; each is a local one in tests."""


def own_database(server: Server, name: str) -> str:
    """The address of a new, empty database of this worker."""
    name = f"{name}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    server.create_database(name)
    return server.url(name)
