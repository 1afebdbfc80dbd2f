"""Services that were asked the two questions from before `parts` keep exactly what they had."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.baking import NOTHING, TEMPLATE, USUAL, baked_from, contents_of
from tests.before_parts import go_back
from tests.conftest import commit
from tests.running import run
from tests.test_answers import answers_of, service_of
from tests.test_updates import CRUFT, template_tool

HAD = {
    ("example=no",): "kubernetes",
    ("deploy=container",): "example",
    ("example=no", "deploy=container"): NOTHING,
}
Bake = Callable[..., Path]


@pytest.fixture
def older(clone: Path, tmp_path: Path) -> Bake:
    """Bakes a service of the template as it was; the next commit of that is as it is now."""

    def older(*answers: str) -> Path:
        go_back(clone)
        commit(clone, "The template as it was")
        made = baked_from(clone, tmp_path, *answers)
        commit(made, "Start")
        run("git", "read-tree", "--reset", "-u", "HEAD~1", cwd=clone)
        commit(clone, "The template as it is")
        return made

    return older


def has(project: Path, clone: Path, parts: str) -> bool:
    """Whether it is what is baked now with the parts, and knows that."""
    fresh = baked_from(clone, project.parent / "fresh", f"parts={parts}")
    answers = answers_of(project)
    is_same = service_of(project) == service_of(fresh)
    return is_same and answers["parts"] == parts and not answers.keys() & {"example", "deploy"}


def write_line(project: Path, told: str) -> None:
    """Do what the refusal says."""
    found = re.search(r'write (".*",) on a line of its own above "(\w+)" there', told)
    assert found, told
    record = project / ".cruft.json"
    text = record.read_text(encoding="utf-8")
    above = f'"{found[2]}": '
    record.write_text(text.replace(above, f"{found[1]}\n      {above}", 1), encoding="utf-8")
    commit(project, "Answer")


def test_who_had_what_is_usual_updates_as_ever(older: Bake, clone: Path) -> None:
    project = older()

    template_tool(project, "update")

    assert has(project, clone, USUAL)


@pytest.mark.parametrize("answers", HAD, ids="-".join)
def test_who_had_less_is_told_once_what_to_write_and_gets_no_more(
    older: Bake, clone: Path, answers: tuple[str, ...]
) -> None:
    project = older(*answers)
    before = contents_of(project)

    told = template_tool(project, "update", ok=False)

    assert told.startswith(".cruft.json has example=")
    assert all(answer in told.partition(", which")[0] for answer in answers)
    assert "Traceback" not in told
    assert contents_of(project) == before
    write_line(project, told)
    template_tool(project, "update")
    assert has(project, clone, HAD[answers])


def test_cruft_itself_is_told_the_same(older: Bake, clone: Path) -> None:
    project = older("example=no")
    update = (*CRUFT, "update", "--skip-apply-ask")

    write_line(project, run(*update, cwd=project, ok=False).stderr)
    run(*update, cwd=project)

    assert has(project, clone, "kubernetes")


def test_a_service_that_has_todays_tool_needs_no_line(older: Bake, clone: Path) -> None:
    project = older("example=no", "deploy=container")
    tool = "tools/template"
    shutil.copytree(TEMPLATE / tool, project / tool, dirs_exist_ok=True)
    commit(project, "Take the tool")

    template_tool(project, "update")

    assert has(project, clone, NOTHING)


def test_another_service_is_made_beside_one_from_before(older: Bake, clone: Path) -> None:
    project = older("example=no")
    options = ("--no-input", "--output-dir", "..", "--extra-context", '{"project_slug": "another"}')

    run(*CRUFT, "create", str(clone), *options, cwd=project)

    assert (project.parent / "another/app/features/orders").is_dir()
