"""The application of the service, for commands that do not serve it."""

import sys
from collections.abc import Awaitable, Callable
from contextlib import redirect_stdout
from typing import TYPE_CHECKING

from fastapi import FastAPI
from uvicorn.importer import import_from_string

from chassis.cli.service import Service
from chassis.settings import Settings
from chassis.settings.faults import SettingsError

if TYPE_CHECKING:
    from chassis.doctor.report import Finding


def make(service: Service) -> FastAPI:
    """Its log lines are no part of what a command prints."""
    with redirect_stdout(sys.stderr):
        app: FastAPI = import_from_string(service.application)()
        return app


def making(service: Service) -> Callable[[Settings], Awaitable[dict[str, "Finding"]]]:
    """Whether it can be made: its routes may need more than the settings alone say."""
    from chassis.doctor.examination import unusable  # noqa: PLC0415  as long as all the rest

    async def examine(_: Settings) -> dict[str, "Finding"]:
        try:
            make(service)
        except SettingsError as fault:
            return {"settings": unusable(fault)}
        return {}

    return examine
