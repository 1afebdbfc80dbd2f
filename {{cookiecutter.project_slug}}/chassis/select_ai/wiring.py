"""What Select AI holds while the service runs; the composition asks for it in one line."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends, FastAPI, Request

from chassis.select_ai.observer import Unobserved
from chassis.select_ai.problems import SelectAIUnavailable
from chassis.select_ai.settings import SelectAISettings
from chassis.web.part_health import tell_health
from chassis.web.service import service_of

if TYPE_CHECKING:
    from chassis.observability.metrics.recording import Recorders
    from chassis.select_ai.asking import SelectAI
    from chassis.select_ai.observer import Observer

NOT_SET = "No database is set that could answer."


@asynccontextmanager
async def select_ai(
    app: FastAPI, settings: SelectAISettings, metrics: "Recorders | None"
) -> AsyncIterator[None]:
    """For `app.state.select_ai`; None where no address is set, and nothing is imported."""
    app.state.select_ai = None
    if not settings.is_used:
        yield
        return
    from chassis.select_ai.asking import SelectAI  # noqa: PLC0415  pandas takes a second
    from chassis.select_ai.pool import opened  # noqa: PLC0415  the same
    from chassis.select_ai.profiles import Profiles  # noqa: PLC0415  the same

    async with opened(settings):
        profiles = Profiles(settings.profiles)
        app.state.select_ai = asking = SelectAI(settings, profiles, _observer(metrics))
        tell_health(app, "select_ai", asking)
        yield


def _observer(metrics: "Recorders | None") -> "Observer":
    if metrics is None:
        return Unobserved()
    from chassis.select_ai.metrics import QuestionRecorder  # noqa: PLC0415  they are on

    return QuestionRecorder(metrics.registry)


async def _select_ai(request: Request) -> Any:
    if (found := service_of(request).state.select_ai) is None:
        raise SelectAIUnavailable(NOT_SET)
    return found


CurrentSelectAI = Annotated["SelectAI", Depends(_select_ai)]
"""Where questions go. Raises SelectAIUnavailable where no address is set."""
