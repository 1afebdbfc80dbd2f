"""The record that lets a baked project take later changes of the template."""

import json
import sys
from pathlib import Path

from tests.baking import DEFAULT, TEMPLATE, bake_by_command, baked_from
from tests.conftest import commit
from tests.running import run

ANSWERS = {
    "project_name": "Order Service",
    "project_slug": "order-service",
    "description": "An HTTP service on PostgreSQL.",
    "author": "Order Service team",
    "example": True,
    "deploy": "kubernetes",
}
CRUFT = (sys.executable, "-m", "cruft")


def record_of(project: Path) -> dict[str, object]:
    record: dict[str, object] = json.loads((project / ".cruft.json").read_text(encoding="utf-8"))
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
    project = baked_from(f"git+file://{clone}", tmp_path, "example=no")
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
