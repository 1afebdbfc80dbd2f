"""What an update does with files that both sides have moved, changed, deleted or made."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.baking import DEFAULT, TEMPLATE, baked_from, contents_of
from tests.conftest import commit
from tests.running import git_settings, run
from tests.test_updates import change, template_tool


@pytest.fixture
def service(clone: Path) -> Path:
    """The service in the template, with a folder whose files nobody else reads."""
    folder = clone / TEMPLATE.name / "docs/notes"
    folder.mkdir()
    for name in ("one", "two", "three"):
        text = "".join(f"{name} {number}\n" for number in range(20))
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    commit(clone, "Take notes")
    return clone / TEMPLATE.name


@pytest.fixture
def project(service: Path, tmp_path: Path) -> Path:
    made = baked_from(service.parent, tmp_path)
    commit(made, "Start")
    return made


def move_the_folder(service: Path) -> None:
    (service / "docs/notes").rename(service / "docs/thoughts")
    change(service / "docs/thoughts/one.md", "one 10\n", "one ten\n")
    commit(service.parent, "Call them thoughts")


def lines_of(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("settings", [(), ("diff.renames=false", "merge.conflictStyle=diff3")])
def test_an_edit_goes_where_its_file_went_and_a_file_of_ones_own_stays(
    service: Path, project: Path, settings: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in git_settings(*settings).items():
        monkeypatch.setenv(name, value)
    change(project / "docs/notes/one.md", "one 3\n", "one three\n")
    (project / "docs/notes/mine.md").write_text("mine\n", encoding="utf-8")
    commit(project, "Ours")
    move_the_folder(service)

    assert "make check" in template_tool(project, "update")

    assert lines_of(project / "docs/thoughts/one.md")[3:11:7] == ["one three", "one ten"]
    assert [path.name for path in (project / "docs/notes").iterdir()] == ["mine.md"]
    assert not (project / "docs/thoughts/mine.md").exists()


def test_a_file_that_the_template_dropped_stays_when_it_was_changed(
    service: Path, project: Path
) -> None:
    change(project / "docs/notes/one.md", "one 3\n", "one three\n")
    commit(project, "Ours")
    (service / "docs/notes/one.md").unlink()
    change(service / "docs/notes/two.md", "two 3\n", "two three\n")
    commit(service.parent, "Drop")

    told = template_tool(project, "update", ok=False)

    assert "decide, `git add` or `git rm`:\n  docs/notes/one.md\n" in told
    assert lines_of(project / "docs/notes/one.md")[3] == "one three"
    assert lines_of(project / "docs/notes/two.md")[3] == "two three"


def test_what_was_deleted_stays_deleted_and_is_told(service: Path, project: Path) -> None:
    for name in ("one", "two"):
        (project / f"docs/notes/{name}.md").unlink()
    commit(project, "Ours")
    move_the_folder(service)

    told = template_tool(project, "update")

    assert "brings one back:\n  docs/thoughts/one.md\n" in told
    assert [path.name for path in (project / "docs/thoughts").iterdir()] == ["three.md"]
    run("git", "checkout", "refs/template", "--", "docs/thoughts/one.md", cwd=project)
    assert lines_of(project / "docs/thoughts/one.md")[10] == "one ten"


def test_a_file_that_both_made_is_to_be_decided(service: Path, project: Path) -> None:
    (project / "docs/notes/four.md").write_text("ours\n", encoding="utf-8")
    commit(project, "Ours")
    (service / "docs/notes/four.md").write_text("theirs\n", encoding="utf-8")
    commit(service.parent, "Theirs")

    told = template_tool(project, "update", ok=False)

    assert "decide, between the marks:\n  docs/notes/four.md\n" in told
    assert {"ours", "theirs"} <= {*lines_of(project / "docs/notes/four.md")}


def test_an_edit_that_one_update_carried_is_shown_beside_what_the_next_one_brings(
    service: Path, project: Path
) -> None:
    change(project / "docs/notes/one.md", "one 3\n", "one three\n")
    commit(project, "Ours")
    told = ""
    for ours, theirs in (("one 10\n", "one ten\n"), ("one 3\n", "one III\n")):
        change(service / "docs/notes/one.md", ours, theirs)
        commit(service.parent, "Theirs")
        told = template_tool(project, "update", ok=None)
        commit(project, "Update")

    assert "decide, between the marks:\n  docs/notes/one.md\n" in told
    assert {"one three", "one III", "one ten"} <= {*lines_of(project / "docs/notes/one.md")}


def test_a_way_on_and_a_way_back_are_told_that_work(service: Path, project: Path) -> None:
    change(project / "Makefile", "PORT ?=\n", "PORT ?= 8001\n")
    commit(project, "Ours")
    before = contents_of(project)
    change(service / "Makefile", "PORT ?=\n", "PORT ?= 9000\n")
    (service / "docs/notes/four.md").write_text("theirs\n", encoding="utf-8")
    commit(service.parent, "Theirs")

    told = template_tool(project, "update", ok=False)

    assert "No `make` works while marks are in Makefile: begin there.\n" in told
    assert "Then `git add` these, `make setup`, `make fix`, `make check`, and commit.\n" in told
    assert "`git reset --hard` takes it all back" in told
    run("git", "reset", "--hard", cwd=project)
    assert contents_of(project) == before


def test_what_is_to_be_skipped_is_left_alone(service: Path, project: Path) -> None:
    with (project / "pyproject.toml").open("a") as file:
        file.write('\n[tool.cruft]\nskip = ["docs/notes/*"]\n')
    commit(project, "Skip")
    change(service / "docs/notes/one.md", "one 3\n", "one three\n")
    change(service / "Makefile", "PORT ?=\n", "PORT ?= 8001\n")
    commit(service.parent, "Theirs")

    assert "docs/notes" not in template_tool(project, "update")
    assert lines_of(project / "docs/notes/one.md")[3] == "one 3"
    assert "PORT ?= 8001" in lines_of(project / "Makefile")


@pytest.fixture
def inside(service: Path, tmp_path: Path) -> Iterator[Path]:
    """A service in a folder of a larger repository."""
    whole = tmp_path / "whole"
    (whole / "services").mkdir(parents=True)
    (whole / "Makefile").write_text("another's\n", encoding="utf-8")
    run("git", "init", "--quiet", cwd=whole)
    made = baked_from(service.parent, whole / "services")
    commit(whole, "Start")
    yield made
    assert lines_of(whole / "Makefile") == ["another's"]


def test_a_service_in_a_folder_of_a_larger_repository_is_updated_there(
    service: Path, inside: Path
) -> None:
    change(inside / "docs/notes/one.md", "one 3\n", "one three\n")
    commit(inside, "Ours")
    change(service / "docs/notes/one.md", "one 3\n", "one III\n")
    move_the_folder(service)

    told = template_tool(inside, "update", ok=False)

    assert "decide, between the marks:\n  docs/thoughts/one.md\n" in told
    assert {"one three", "one III"} <= {*lines_of(inside / "docs/thoughts/one.md")}
    assert inside.name == DEFAULT
