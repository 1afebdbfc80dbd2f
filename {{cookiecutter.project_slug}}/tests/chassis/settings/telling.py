"""An address that is right, and what is told of settings that are not."""

import pytest

from chassis.settings import Settings
from chassis.settings.faults import SettingsError

URL = "postgresql://shop:hunter2@db.example:5433/shop"


def faults(settings: type[Settings] = Settings) -> list[str]:
    with pytest.raises(SettingsError) as refused:
        settings()
    return refused.value.faults
