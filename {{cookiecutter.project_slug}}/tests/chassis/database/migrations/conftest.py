"""A project with an empty database."""

from pathlib import Path
from uuid import uuid4

import pytest

from tests.chassis.database.migrations.project import Project
from tools.postgres import Server


@pytest.fixture
def project(tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> Project:
    name = f"migrations_{uuid4().hex}"
    server.create_database(name)
    monkeypatch.chdir(tmp_path)
    return Project(tmp_path, server.url(name))
