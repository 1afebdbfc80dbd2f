"""Language models under test: the application of the chassis with them."""

import pytest

from tests.chassis.llm import application
from tests.support.composition import Composition


@pytest.fixture(scope="session")
def composition() -> Composition:
    return Composition(application.create_app, application.Settings)
