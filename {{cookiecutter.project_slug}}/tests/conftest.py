"""The service under test: see `support/fixtures.py` for what tests may use of it."""

from importlib.util import find_spec

import pytest

from tests.support.composition import Composition, own_database
from tools.postgres import Server

# Those of a part are there where the part is.
PARTS = ("tests.jobs",)
pytest_plugins = ["tests.support.fixtures", "tests.support.measuring", *filter(find_spec, PARTS)]


# Imported when a test asks for it: the chassis's tests have to pass when `app` cannot be imported.


@pytest.fixture(scope="session")
def composition() -> Composition:
    from tests.composition import SERVICE  # noqa: PLC0415

    return SERVICE


@pytest.fixture(scope="session")
def database_url(server: Server) -> str:
    """A database of this worker's own, with every migration applied."""
    from tests.composition import migrate  # noqa: PLC0415

    url = own_database(server, "test")
    migrate(url)
    return url
