"""Who a service is, its `pyproject.toml` says: beside the chassis, or where it is started."""

from pathlib import Path
from typing import Any

import pytest

from chassis.settings import Settings
from chassis.settings.project import PROJECT, project_at, said_by
from tests.chassis.settings.telling import URL
from tests.support.composition import PROJECT as CARRIES

WHOLE = """
[project]
name = "shop"
version = "1.2.3"
description = "Sells things."
authors = [{ name = "Shop team" }, { email = "shop@example.com" }]
[tool.service]
title = "The Shop"
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("chassis.settings.groups.PROJECT", tmp_path)
    return tmp_path


def service(project: Path, pyproject: str) -> tuple[str, ...]:
    (project / "pyproject.toml").write_text(pyproject)
    it = Settings().service
    return (it.name, it.title, it.version, it.description, it.contact)


def test_the_project_around_the_chassis_is_the_service() -> None:
    assert PROJECT == CARRIES


def test_of_an_installed_chassis_it_is_where_the_service_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    assert project_at(tmp_path / "site-packages") == tmp_path


def test_all_that_it_says_is_taken(project: Path, setenv: Any) -> None:
    setenv(DATABASE_URL=URL)

    assert service(project, WHOLE) == ("shop", "The Shop", "1.2.3", "Sells things.", "Shop team")


def test_what_it_leaves_unsaid_is_not_needed(project: Path, setenv: Any) -> None:
    setenv(DATABASE_URL=URL)

    said = service(project, '[project]\nname = "shop"\ndynamic = ["version"]\n')

    assert said == ("shop", "shop", "unknown", "", "")


def test_without_one_it_is_called_as_its_directory(project: Path, setenv: Any) -> None:
    setenv(DATABASE_URL=URL)

    assert Settings().service.name == Settings().service.title == project.name
    assert said_by(Path("/"))["name"] == "service"
