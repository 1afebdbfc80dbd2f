"""A service of which every route asks who calls."""

import pytest

from chassis.settings import Settings
from tests.support.callers import with_keys


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return with_keys(settings, required=True)
