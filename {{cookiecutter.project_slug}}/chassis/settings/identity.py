"""What is running, and where: as logs, metrics and traces name it."""

from enum import StrEnum
from typing import NamedTuple


class Environment(StrEnum):
    DEVELOPMENT = "development"
    TEST = "test"
    PRODUCTION = "production"


class Identity(NamedTuple):
    service: str
    version: str
    environment: Environment

    @property
    def production(self) -> bool:
        return self.environment is Environment.PRODUCTION
