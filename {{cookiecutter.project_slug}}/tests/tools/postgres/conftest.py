"""Where the tests of `tools/postgres` put their servers."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.serving import PROJECT
from tests.tools.postgres.places import open_directory


@pytest.fixture
def place() -> Iterator[Path]:
    """An open directory with a difficult name; what still runs in it at the end is killed."""
    with open_directory() as made:
        yield made


@pytest.fixture
def project(place: Path) -> Path:
    """A project of its own, as the command mode keeps its data in the project."""
    caches = shutil.ignore_patterns("__pycache__")
    shutil.copytree(PROJECT / "tools", place / "tools", ignore=caches)
    name = "{" * 2 + " order-service " + "}" * 2
    (place / "pyproject.toml").write_text(f'[project]\nname = "{name}"\n')
    return place
