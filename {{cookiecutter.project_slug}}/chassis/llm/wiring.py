"""What language models need while the service runs; the composition asks for it in one line."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends, FastAPI, Request

from chassis.auth.principal import PRINCIPAL
from chassis.concurrency.background import in_background
from chassis.llm.observer import Unobserved
from chassis.llm.problems import ModelUnavailable
from chassis.llm.settings import LLMSettings
from chassis.llm.vectors import Vectors
from chassis.web.part_health import tell_health
from chassis.web.service import service_of

if TYPE_CHECKING:
    from chassis.llm.model import LanguageModel
    from chassis.llm.observer import Observer
    from chassis.observability.metrics.recording import Recorders

NOT_SET = "No language model is set."


@asynccontextmanager
async def llm(
    app: FastAPI, settings: LLMSettings, metrics: "Recorders | None"
) -> AsyncIterator[None]:
    """For `app.state.llm`; None where no address is set, and nothing is imported."""
    app.state.llm = None
    if not settings.is_used:
        yield
        return
    from chassis.llm.attempts import Attempts  # noqa: PLC0415  the SDK takes a while
    from chassis.llm.model import LanguageModel  # noqa: PLC0415  the same

    async with AsyncExitStack() as stack:
        endpoints = _endpoints(settings)
        for endpoint in endpoints:
            stack.push_async_callback(endpoint.close)
        attempts = Attempts(endpoints[0], endpoints[1] if endpoints[1:] else None)
        model = LanguageModel(settings, attempts, _observer(metrics), app.state.drain)
        app.state.llm = model
        tell_health(app, "llm", model)
        vectors = Vectors(app.state.database)
        tell_health(app, "vectors", vectors)
        await stack.enter_async_context(in_background(vectors.watch()))
        yield


def _endpoints(settings: LLMSettings) -> list[Any]:
    from chassis.llm.endpoint import Endpoint  # noqa: PLC0415  the SDK takes a while

    key, other = settings.key.get_secret_value(), settings.fallback_key.get_secret_value()
    found = [Endpoint(settings, settings.base_url, key, settings.model)]
    if settings.fallback_base_url:
        model = settings.fallback_model or settings.model
        found.append(Endpoint(settings, settings.fallback_base_url, other, model))
    return found


def _observer(metrics: "Recorders | None") -> "Observer":
    if metrics is None:
        return Unobserved()
    from chassis.llm.metrics import LLMRecorder  # noqa: PLC0415  they are on

    return LLMRecorder(metrics.registry)


async def _model(request: Request) -> Any:
    if (found := service_of(request).state.llm) is None:
        raise ModelUnavailable(NOT_SET)
    return found


async def _caller(request: Request) -> str:
    principal = request.scope.get("state", {}).get(PRINCIPAL)
    if principal is not None:
        return str(principal.key)
    return request.client.host if request.client else ""


CurrentModel = Annotated["LanguageModel", Depends(_model)]
"""The language model. Raises ModelUnavailable where no address is set."""

Caller = Annotated[str, Depends(_caller)]
"""Whose budget a call is on: who calls, where a guard has asked, else the address."""
