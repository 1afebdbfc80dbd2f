"""The decision on middleware tells the order that its parts are made for."""

from chassis.web.telemetry import Telemetry
from tests.chassis.application import middleware
from tests.support.composition import PROJECT
from tests.support.documents import EVERY_MIDDLEWARE, names_of, words_of
from tests.support.settings import make_settings


def test_the_middleware_is_told_in_its_order() -> None:
    settings = make_settings(**EVERY_MIDDLEWARE)
    stack = middleware(settings, Telemetry(settings.metrics, settings.tracing, settings.identity))

    decision = PROJECT / "docs/decisions/0005-pure-asgi-middleware.md"
    assert names_of(stack) in words_of(decision)
