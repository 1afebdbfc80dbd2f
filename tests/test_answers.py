"""Answers to the template's questions that are changed after a project was baked."""

import shutil
import sys
from pathlib import Path

import pytest

from tests.baking import DEFAULT, PARTS, USUAL, baked_from, contents_of
from tests.conftest import commit
from tests.running import make, run
from tests.test_updates import ANSWERS, change, record_of, template_tool


@pytest.fixture(scope="module")
def read_only(tmp_path_factory: pytest.TempPathFactory, _clone: Path) -> Path:
    """For answers that change nothing, of a template with every kind of question."""
    place = tmp_path_factory.mktemp("baked")
    asking = Path(shutil.copytree(_clone, place / "template"))
    more = '"public": true,\n  "region": ["north", "south"],\n  "author": "{{'
    change(asking / "cookiecutter.json", '"author": "{{', more)
    commit(asking, "Ask more")
    made = baked_from(asking, place)
    commit(made, "Start")
    return made


@pytest.fixture
def project(clone: Path, tmp_path: Path) -> Path:
    made = baked_from(clone, tmp_path)
    commit(made, "Start")
    return made


def service_of(project: Path) -> dict[str, bytes]:
    return {name: it for name, it in contents_of(project).items() if name != ".cruft.json"}


def answers_of(project: Path) -> dict[str, object]:
    answers: dict[str, object] = record_of(project)["context"]["cookiecutter"]
    return answers


@pytest.mark.parametrize("parts", ["kubernetes", "example"])
def test_another_answer_makes_of_a_project_what_it_would_have_made_at_first(
    clone: Path, tmp_path: Path, project: Path, parts: str
) -> None:
    told = template_tool(project, "answer", f"parts={parts}")

    fresh = baked_from(clone, tmp_path / "fresh", f"parts={parts}")
    assert service_of(project) == service_of(fresh)
    assert answers_of(project).items() >= (ANSWERS | {"parts": parts}).items()
    assert "Now `make setup`" in told
    commit(project, "Answer anew")
    assert "Up to date" in template_tool(project, "check")
    template_tool(project, "answer", f"parts='{USUAL}'")
    run("git", "diff", "--exit-code", "HEAD~", "--", ".", ":!.cruft.json", cwd=project)


def test_a_text_is_changed_where_it_stands_and_edits_stay(project: Path) -> None:
    change(project / "Makefile", "PORT ?=\n", "PORT ?= 8001\n")
    commit(project, "Ours")

    answers = 'answers=description="Takes Bob\'s orders."'
    installed = ("-o", ".venv/.ready", f"BIN={Path(sys.executable).parent}")
    told = make("template-answers", answers, *installed, cwd=project).stdout

    assert "Changed:\n  .cruft.json\n  README.md\n  pyproject.toml\n" in told
    assert "Takes Bob's orders." in (project / "README.md").read_text(encoding="utf-8")
    assert "PORT ?= 8001" in (project / "Makefile").read_text(encoding="utf-8")


def test_only_the_answers_change_when_the_template_is_ahead(clone: Path, project: Path) -> None:
    change(next(clone.glob("*cookie*/Makefile")), "PORT ?=\n", "PORT ?= 9000\n")
    commit(clone, "Move")

    template_tool(project, "answer", "parts=example")

    assert "PORT ?=\n" in (project / "Makefile").read_text(encoding="utf-8")
    commit(project, "Answer anew")
    assert template_tool(project, "check", ok=False).startswith("1 commit behind ")


def test_a_conflict_in_a_folder_of_a_larger_repository_is_named_from_there(
    clone: Path, tmp_path: Path
) -> None:
    whole = tmp_path / "whole"
    inside = whole / "services" / DEFAULT
    inside.parent.mkdir(parents=True)
    (whole / "README.md").write_text("another's\n", encoding="utf-8")
    run("git", "init", "--quiet", cwd=whole)
    baked_from(clone, inside.parent)
    change(inside / "README.md", "An HTTP service on PostgreSQL.", "Ours.")
    commit(whole, "Start")

    told = template_tool(inside, "answer", "description='Takes orders.' parts=example", ok=False)

    assert "decide, between the marks:\n  README.md\n" in told
    text = (inside / "README.md").read_text(encoding="utf-8")
    assert {"Ours.", "Takes orders."} <= {*text.splitlines()}
    assert not (inside / "deploy").exists()
    assert (whole / "README.md").read_text(encoding="utf-8") == "another's\n"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("prats=none", "There is no question 'prats'. Did you mean parts?"),
        ("use_x=yes", "There is no question 'use_x'."),
        ("public=maybe", "public is yes or no, not 'maybe'."),
        ("public", "public is yes or no, not ''."),
        ("region=sout", "region is north or south, not 'sout'. Did you mean south?"),
        ("parts=example,kubernets", "not 'kubernets'. Did you mean kubernetes?"),
        ("parts='none example'", "or none alone, not 'none example'."),
        ("author='A team", "No closing quotation"),
        ("project_slug=Foo_Bar", 'you answered "Foo_Bar", try "foo-bar".'),
        ("parts=none author=", "author must not be empty"),
    ],
)
def test_an_answer_that_cannot_be_is_refused_with_what_can(
    read_only: Path, said: str, told: str
) -> None:
    before = contents_of(read_only)
    assert told in (answer := template_tool(read_only, "answer", said, ok=False))
    assert "Traceback" not in answer
    assert contents_of(read_only) == before


def test_a_refusal_lists_every_fault_and_every_question_with_what_it_may_be(
    read_only: Path,
) -> None:
    told = template_tool(read_only, "answer", "no=yes parts=x", ok=False)
    assert "no question 'no'" in told
    assert f"parts are of {', '.join(PARTS)}, or none alone, not 'x'" in told
    assert f"\n  parts         {USUAL}  (of {', '.join(PARTS)}, or none)\n" in told
    assert "\n  public        yes  (yes or no)\n" in told
    assert "\n  author        Order Service team\n" in told


def test_without_an_answer_all_are_told(read_only: Path) -> None:
    told = template_tool(read_only, "answer", "", ok=False)
    assert f"\n  parts         {USUAL}  (of {', '.join(PARTS)}, or none)\n" in told
    assert 'make template-answers answers="NAME=VALUE ..."' in told


def test_the_same_answers_change_nothing(read_only: Path) -> None:
    before = contents_of(read_only)
    assert "already" in template_tool(read_only, "answer", "public=YES parts=kubernetes,example")
    assert contents_of(read_only) == before


def test_other_answers_wait_until_all_is_committed(project: Path) -> None:
    (project / "README.md").write_text("mine\n", encoding="utf-8")
    told = template_tool(project, "answer", "parts=none", ok=False)
    assert "Commit your changes first" in told
    assert answers_of(project)["parts"] == USUAL
