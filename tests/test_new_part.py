"""A part more is a row, its files, and lines between conditions; here one is made up."""

import tomllib
from pathlib import Path

import pytest

from tests.baking import TEMPLATE, baked_from
from tests.conftest import commit
from tests.test_parts import OWN, VERSIONS, chain_of
from tests.test_updates import change, template_tool

ROW = """"_parts": {
    "sampling": {
      "what": "samples of everything",
      "read": "app/samples.py",
      "owns": ["app/samples.py", "tests/samp*", "migrations/versions/*-samples.py"]
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
MIGRATION = "2026_11_29_0900-samples.py"


@pytest.fixture
def template(clone: Path) -> Path:
    change(clone / "cookiecutter.json", '"_parts": {', ROW)
    service = clone / TEMPLATE.name
    change(service / "pyproject.toml", "dependencies = [\n", f"dependencies = [\n{LINES}")
    with (service / "pyproject.toml").open("a") as file:
        file.write(SETTINGS)
    (service / "app/samples.py").write_text('"""Samples."""\n', encoding="utf-8")
    (service / "tests/samples").mkdir(parents=True)
    (service / "tests/samples/test_samples.py").write_text('"""Samples."""\n', encoding="utf-8")
    text = OWN.replace("f00d", "beef").replace("notes", "samples").replace('"0000"', '"0002"')
    (service / VERSIONS / MIGRATION).write_text(text, encoding="utf-8")
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


@pytest.mark.parametrize(
    ("parts", "before"), [("sampling", '"0000"'), ("sampling example", '"0002"')]
)
def test_its_migration_comes_after_the_last_of_those_that_there_are(
    template: Path, tmp_path: Path, parts: str, before: str
) -> None:
    assert chain_of(baked_from(template, tmp_path, f"parts={parts}"))['"beef"'] == before


def test_a_part_that_is_older_comes_after_it_where_it_is_taken_later(
    template: Path, tmp_path: Path
) -> None:
    project = baked_from(template, tmp_path, "parts=sampling")
    commit(project, "Start")

    template_tool(project, "part", "example")

    chain = {'"0000"': "None", '"0001"': '"beef"', '"0002"': '"0001"', '"beef"': '"0000"'}
    assert chain_of(project) == chain


def test_a_part_that_is_taken_out_leaves_one_line_of_migrations(
    template: Path, tmp_path: Path
) -> None:
    project = baked_from(template, tmp_path, "parts=example sampling")
    commit(project, "Start")

    template_tool(project, "answer", "parts=sampling")

    assert chain_of(project) == {'"0000"': "None", '"beef"': '"0000"'}
