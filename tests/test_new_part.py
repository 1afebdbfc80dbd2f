"""A part more is a row, its files, and lines between conditions; here one is made up."""

import tomllib
from pathlib import Path

import pytest

from tests.baking import TEMPLATE, baked_from
from tests.conftest import commit
from tests.test_updates import change, template_tool

ROW = """"_parts": {
    "sampling": {
      "what": "samples of everything",
      "read": "app/samples.py",
      "owns": ["app/samples.py", "tests/samp*"]
    },"""
LINES = """    # {% if "sampling" in cookiecutter.parts %}
    "sampler>=1,<2",
    # {% endif %}
"""
SETTINGS = """
# {% if "sampling" in cookiecutter.parts %}
[tool.sampler]
every = 10
# {% endif %}
"""


@pytest.fixture
def template(clone: Path) -> Path:
    change(clone / "cookiecutter.json", '"_parts": {', ROW)
    service = clone / TEMPLATE.name
    change(service / "pyproject.toml", "dependencies = [\n", f"dependencies = [\n{LINES}")
    with (service / "pyproject.toml").open("a") as file:
        file.write(SETTINGS)
    (service / "app/samples.py").write_text('"""Samples."""\n', encoding="utf-8")
    (service / "tests/samples").mkdir()
    (service / "tests/samples/test_samples.py").write_text('"""Samples."""\n', encoding="utf-8")
    commit(clone, "Sample")
    return clone


def taken(project: Path) -> set[str]:
    """What is there of the part."""
    found = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))
    places = ("app/samples.py", "tests/samples")
    return {
        *(name for name in found["project"]["dependencies"] if name.startswith("sampler")),
        *(f"every {found['tool'][name]['every']}" for name in found["tool"] if name == "sampler"),
        *(place for place in places if (project / place).exists()),
    }


ALL_OF_IT = {"sampler>=1,<2", "every 10", "app/samples.py", "tests/samples"}


def test_its_packages_settings_and_files_come_with_it_and_with_nothing_else(
    template: Path, tmp_path: Path
) -> None:
    assert taken(template / TEMPLATE.name) == ALL_OF_IT
    assert taken(baked_from(template, tmp_path / "with", "parts=sampling,example")) == ALL_OF_IT
    assert taken(baked_from(template, tmp_path / "without", "parts=example")) == set()


def test_a_service_takes_it_later(template: Path, tmp_path: Path) -> None:
    project = baked_from(template, tmp_path)
    commit(project, "Start")
    assert "  sampling    -      samples of everything\n" in template_tool(project, "parts")

    assert "sampling: read app/samples.py next." in template_tool(project, "part", "sampling")

    assert taken(project) == ALL_OF_IT
