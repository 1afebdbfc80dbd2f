"""The record that lets a baked project take later changes of the template."""

import json
import sys
from pathlib import Path
from typing import Any

from tests.baking import DEFAULT, TEMPLATE, USUAL, bake_by_command, baked_from
from tests.conftest import commit
from tests.running import run, temporary_in_memory, uv

ANSWERS = {
    "project_name": "Order Service",
    "project_slug": "order-service",
    "description": "An HTTP service on PostgreSQL.",
    "author": "Order Service team",
    "parts": USUAL,
}
CRUFT = (sys.executable, "-m", "cruft")


def record_of(project: Path) -> dict[str, Any]:
    record: dict[str, Any] = json.loads((project / ".cruft.json").read_text(encoding="utf-8"))
    return record


def test_the_record_for_updates_names_the_template_its_commit_and_the_answers(
    clone: Path, tmp_path: Path
) -> None:
    head = commit_of(clone)
    assert record_of(baked_from(clone, tmp_path)) == {
        "template": str(clone),
        "commit": head,
        "checkout": None,
        "context": {
            "cookiecutter": {**ANSWERS, "_template": str(clone), "_commit": head},
        },
        "directory": None,
    }


def commit_of(repository: Path) -> str:
    return run("git", "rev-parse", "HEAD", cwd=repository).stdout.strip()


def test_a_relative_path_to_the_template_is_recorded_in_full(clone: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    bake_by_command("--no-input", "-o", str(out), template=f"./{clone.name}", cwd=clone.parent)
    assert record_of(out / DEFAULT)["template"] == str(clone)


def test_a_template_in_a_folder_of_a_repository_is_recorded_with_its_folder(
    clone: Path, tmp_path: Path
) -> None:
    inner = clone / "templates/service"
    inner.mkdir(parents=True)
    for path in ("cookiecutter.json", "hooks", TEMPLATE.name):
        (clone / path).rename(inner / path)
    commit(clone, "Move")
    project = baked_from(inner, tmp_path)
    assert record_of(project)["directory"] == "templates/service/"
    run(*CRUFT, "check", cwd=project)


def test_a_published_commit_is_recorded_with_the_public_address_and_no_access_token(
    clone: Path, tmp_path: Path
) -> None:
    run("git", "remote", "add", "origin", "https://me:token@example.invalid/t.git", cwd=clone)
    run("git", "update-ref", "refs/remotes/origin/main", "HEAD", cwd=clone)
    project = baked_from(clone, tmp_path)
    assert record_of(project)["template"] == "https://example.invalid/t.git"
    assert "token" not in (project / ".cruft.json").read_text(encoding="utf-8")


def test_a_commit_that_is_not_published_is_recorded_with_the_local_path(
    clone: Path, tmp_path: Path
) -> None:
    run("git", "remote", "add", "origin", "https://example.invalid/t.git", cwd=clone)
    assert record_of(baked_from(clone, tmp_path))["template"] == str(clone)


def test_a_template_that_is_no_checkout_leaves_no_record(clone: Path, tmp_path: Path) -> None:
    (clone / ".git").rename(tmp_path / "elsewhere")
    assert not (baked_from(clone, tmp_path) / ".cruft.json").exists()


def test_a_template_in_a_repository_that_does_not_track_it_leaves_no_record(
    clone: Path, tmp_path: Path
) -> None:
    (clone / ".git").rename(tmp_path / "elsewhere")
    (tmp_path / ".gitignore").write_text("*\n!.gitignore\n")
    run("git", "init", "--quiet", cwd=tmp_path)
    commit(tmp_path, "Somebody's own")
    assert not (baked_from(clone, tmp_path / "out") / ".cruft.json").exists()


def test_a_baked_project_takes_a_later_change_of_the_template(clone: Path, tmp_path: Path) -> None:
    project = baked_from(f"git+file://{clone}", tmp_path, "parts=kubernetes")
    commit(project, "Start")
    run(*CRUFT, "check", cwd=project)
    with (clone / TEMPLATE.name / "pyproject.toml").open("a") as file:
        file.write("# a later thought\n")
    commit(clone, "Think again")
    run(*CRUFT, "check", cwd=project, ok=False)
    updated = run(*CRUFT, "update", "--skip-apply-ask", cwd=project)
    assert "make setup" not in updated.stdout
    assert "# a later thought" in (project / "pyproject.toml").read_text(encoding="utf-8")
    changed = run("git", "status", "--porcelain", cwd=project).stdout.split()[1::2]
    assert sorted(changed) == [".cruft.json", "pyproject.toml"]


def test_cruft_keeps_its_own_record_and_hears_nothing_from_the_hooks(
    clone: Path, tmp_path: Path
) -> None:
    done = run(*CRUFT, "create", str(clone), "--no-input", "--output-dir", str(tmp_path))
    assert "make setup" not in done.stdout
    assert not (tmp_path / DEFAULT / ".git").exists()
    run(*CRUFT, "check", cwd=tmp_path / DEFAULT)


def template_tool(project: Path, *command: str, ok: bool | None = True) -> str:
    """What `make template-check` and the like run; returns all it says."""
    tool = (sys.executable, "-B", "-m", "tools.template", *command)
    done = run(*tool, cwd=project, ok=ok, env={"UV": uv()} | temporary_in_memory())
    return done.stdout + done.stderr


def change(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


def test_a_project_tells_how_far_it_is_behind_and_catches_up(clone: Path, tmp_path: Path) -> None:
    project = baked_from(clone, tmp_path)
    commit(project, "Start")
    assert "Up to date" in template_tool(project, "check")
    for thought in ("First thought", "Second thought"):
        with (clone / TEMPLATE.name / "pyproject.toml").open("a") as file:
            file.write(f"# {thought}\n")
        commit(clone, thought)

    told = template_tool(project, "check", ok=False)
    assert "2 commits behind" in told
    assert told.index("Second thought") < told.index("First thought")

    assert "pyproject.toml" in template_tool(project, "update")
    assert run("git", "diff", "--name-only", cwd=project).stdout == ""  # all of it is staged
    fresh = record_of(baked_from(clone, tmp_path / "fresh"))
    assert record_of(project) == fresh
    commit(project, "Update")
    assert "Up to date" in template_tool(project, "check")
    assert "Up to date" in template_tool(project, "update")


def test_edits_survive_an_update_of_the_same_files(clone: Path, tmp_path: Path) -> None:
    project = baked_from(clone, tmp_path)
    change(project / "Makefile", "PORT ?=\n", "PORT ?= 8001\n")
    (project / "app/features/mine.py").write_text('"""Mine."""\n', encoding="utf-8")
    commit(project, "Start")
    with (clone / TEMPLATE.name / "Makefile").open("a") as file:
        file.write("# a later thought\n")
    commit(clone, "Think again")

    assert "make check" in template_tool(project, "update")

    makefile = (project / "Makefile").read_text(encoding="utf-8")
    assert "PORT ?= 8001" in makefile
    assert "# a later thought" in makefile
    changed = run("git", "status", "--porcelain", cwd=project).stdout.split()[1::2]
    assert sorted(changed) == [".cruft.json", "Makefile"]


def test_a_conflict_is_shown_and_nothing_is_lost(clone: Path, tmp_path: Path) -> None:
    project = baked_from(clone, tmp_path)
    change(project / "Makefile", "PORT ?=\n", "PORT ?= 8001\n")
    commit(project, "Start")
    change(clone / TEMPLATE.name / "Makefile", "PORT ?=\n", "PORT ?= 9000\n")
    commit(clone, "Move")

    told = template_tool(project, "update", ok=False)

    assert "decide" in told
    assert "Makefile" in told.partition("decide")[2]
    left = "".join(
        path.read_text(encoding="utf-8") for path in project.glob("Makefile*") if path.is_file()
    )
    assert "PORT ?= 8001" in left
    assert "PORT ?= 9000" in left
    for command in ("check", "update"):
        unfinished = template_tool(project, command, ok=False)
        assert "An update is not finished: decide Makefile, `git add`" in unfinished


def test_an_option_that_came_later_gets_its_default(clone: Path, tmp_path: Path) -> None:
    project = baked_from(clone, tmp_path)
    commit(project, "Start")
    change(clone / "cookiecutter.json", '"author": "{{', '"later": "yes",\n  "author": "{{')
    with (clone / TEMPLATE.name / "README.md").open("a") as file:
        file.write("later: {{ cookiecutter.later }}\n")
    commit(clone, "Ask one more question")

    template_tool(project, "update")

    assert "later: yes" in (project / "README.md").read_text(encoding="utf-8")
    assert '"later": "yes"' in (project / ".cruft.json").read_text(encoding="utf-8")


def test_an_update_waits_until_all_is_committed(clone: Path, tmp_path: Path) -> None:
    project = baked_from(clone, tmp_path)
    commit(project, "Start")
    (project / "README.md").write_text("mine\n", encoding="utf-8")

    assert "Commit your changes first" in template_tool(project, "update", ok=False)
    assert (project / "README.md").read_text(encoding="utf-8") == "mine\n"


def test_a_project_without_a_record_says_so(clone: Path, tmp_path: Path) -> None:
    project = baked_from(clone, tmp_path)
    (project / ".cruft.json").unlink()

    assert "There is no .cruft.json" in template_tool(project, "check", ok=False)
