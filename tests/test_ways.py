"""Every way to generate a service: by which tool, from where, into what, as whom."""

import os
import shlex
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.baking import (
    DEFAULT,
    ROOT,
    bake_by_command,
    baked_from,
    contents_of,
    files_of,
    one_line_of,
    steps_of,
)
from tests.conftest import commit
from tests.running import git_settings, make, run, uv
from tests.test_questions import AWKWARD

PLAIN = (sys.executable, "-m", "cookiecutter")
WINDOWS_GIT = git_settings("core.autocrlf=true", "core.eol=crlf", "core.safecrlf=false")
NOBODY = 65534


def repeated(message: str, place: Path, **more: str) -> None:
    """Run the command of the message as a person would paste it, in another directory."""
    programs = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    place.mkdir()
    run("sh", "-c", one_line_of(message), cwd=place, env={"PATH": programs, **more})


@pytest.mark.parametrize("checkout", [(), ("--checkout", "v1")], ids=["newest", "a tag"])
def test_a_git_address_bakes_what_the_directory_bakes(
    full_clone: Path, tmp_path: Path, checkout: tuple[str, ...]
) -> None:
    run("git", "tag", "v1", cwd=full_clone)
    if checkout:
        (full_clone / "cookiecutter.json").write_text("not for this tag", encoding="utf-8")
        commit(full_clone, "Break it")
    project = baked_from(f"git+file://{full_clone}", tmp_path / "by-address", *checkout)
    assert files_of(project) == files_of(baked_from(ROOT, tmp_path / "by-path"))


def test_the_printed_command_makes_the_same_again(clone: Path, tmp_path: Path) -> None:
    run("git", "tag", "v1", cwd=clone)
    options = ("--checkout", "v1", "--output-dir", "my services")
    answers = (f"description={AWKWARD}", f"author={AWKWARD[:80]}", "parts=")
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    address = f"git+file://{clone}"
    done = bake_by_command("--no-input", *options, *answers, template=address, cwd=first)
    repeated(done.stdout, second)
    assert contents_of(first) == contents_of(second)
    assert (second / "my services" / DEFAULT / ".cruft.json").is_file()


def test_the_printed_command_has_the_folder_of_the_template(clone: Path, tmp_path: Path) -> None:
    inner = clone / "templates/service"
    shutil.copytree(clone, inner, ignore=shutil.ignore_patterns(".git", "templates"))
    commit(clone, "Have several")
    for template in (f"git+file://{clone}", str(clone)):
        folder = ("--directory", "templates/service")
        done = bake_by_command("--no-input", *folder, template=template, cwd=tmp_path)
        assert "--directory templates/service" in one_line_of(done.stdout)
        shutil.rmtree(tmp_path / DEFAULT)


def test_no_access_token_is_printed(clone: Path, tmp_path: Path) -> None:
    address = "https://me:token@example.invalid/template.git"
    stand_in = git_settings(f"url.file://{clone}.insteadOf={address}")
    done = bake_by_command("--no-input", template=address, cwd=tmp_path, env=stand_in)
    assert "https://example.invalid/template.git" in one_line_of(done.stdout)
    assert "token" not in done.stdout


@pytest.mark.parametrize("parts", ["kubernets", "foo"])
def test_a_refusal_prints_a_command_that_is_correct(tmp_path: Path, parts: str) -> None:
    wrong = ("--no-input", "project_slug=My Slug", "author=Some\x1bone", f"parts={parts}")
    refused = bake_by_command(*wrong, cwd=tmp_path, ok=False)
    assert "Nothing was written." in refused.stdout
    assert "\n\nWhat follows is cookiecutter's own, and says no more.\n\nERROR" in refused.stdout
    repeated(refused.stdout, tmp_path / "again")
    made = tmp_path / "again/my-slug"
    assert "Some one" in (made / "pyproject.toml").read_text(encoding="utf-8")
    assert (made / "app/features/orders").exists() is (parts == "foo")  # the usual ones


def test_uvx_bakes_and_prints_the_command_with_itself(clone: Path, tmp_path: Path) -> None:
    uvx = (uv(), "tool", "run", "cookiecutter")
    done = run(*uvx, str(clone), "--no-input", cwd=tmp_path)
    assert one_line_of(done.stdout).startswith(f"uvx cookiecutter {clone} --no-input ")
    assert contents_of(tmp_path / DEFAULT) == contents_of(baked_from(clone, tmp_path / "plain"))


def test_pipx_bakes_and_prints_the_command_with_itself(clone: Path, tmp_path: Path) -> None:
    homes = {name: str(tmp_path / name) for name in ("PIPX_HOME", "PIPX_BIN_DIR")}
    homes["PIPX_DEFAULT_BACKEND"] = "pip"  # with uv it would run uvx
    pipx = (uv(), "tool", "run", "pipx", "run", "cookiecutter")
    done = run(*pipx, str(clone), "--no-input", cwd=tmp_path, env=homes)
    assert one_line_of(done.stdout).startswith(f"pipx run cookiecutter {clone} --no-input ")
    assert contents_of(tmp_path / DEFAULT) == contents_of(baked_from(clone, tmp_path / "plain"))


def test_a_replay_file_bakes_the_same_project(clone: Path, tmp_path: Path) -> None:
    project = baked_from(clone, tmp_path / "first", "author=Someone else", "parts=none")
    kept = shutil.copy(replay_of(clone), tmp_path / "answers.json")
    replay = ("--replay-file", str(kept), "--output-dir", str(tmp_path / "second"))
    bake_by_command(*replay, template=str(clone))
    assert contents_of(tmp_path / "second" / DEFAULT) == contents_of(project)


def replay_of(template: Path) -> Path:
    return Path(os.environ["COOKIECUTTER_CONFIG"]).parent / f"replays/{template.name}.json"


def test_a_template_in_a_path_with_spaces_bakes(clone: Path, tmp_path: Path) -> None:
    template = clone.rename(tmp_path / "my template")
    done = bake_by_command("--no-input", template=str(template), cwd=tmp_path)
    assert f"cookiecutter {shlex.quote(str(template))} --no-input" in one_line_of(done.stdout)
    assert (tmp_path / DEFAULT / ".cruft.json").is_file()


@pytest.fixture
def home_of_nobody(clone: Path) -> Iterator[Path]:
    """A home with a clone of the template, both of a user who has nothing else."""
    home = Path(tempfile.mkdtemp(prefix="home-"))
    shutil.copytree(clone, home / "template")
    run("chown", "-R", f"{NOBODY}:{NOBODY}", home)
    yield home
    shutil.rmtree(home)


@pytest.mark.skipif(os.geteuid() != 0, reason="this whole run is not by root")
def test_a_user_who_is_not_root_bakes_a_project_of_his_own(home_of_nobody: Path) -> None:
    # May read what is root's, since the interpreter can be root's, but write nothing of it.
    reads = [f"--{kind}-caps=+dac_read_search" for kind in ("inh", "ambient")]
    user = (f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", *reads)
    as_user = ("env", "--unset=COOKIECUTTER_CONFIG", f"HOME={home_of_nobody}", "setpriv", *user)
    done = run(*as_user, *PLAIN, "template", "--no-input", cwd=home_of_nobody)
    assert steps_of(done.stdout)[-1].startswith("git add .")
    project = home_of_nobody / DEFAULT
    assert (project / ".cruft.json").is_file()
    assert {path.stat().st_uid for path in project.rglob("*")} == {NOBODY}


def test_settings_for_crlf_leave_no_crlf_in_template_project_and_clone(
    clone: Path, tmp_path: Path
) -> None:
    command = ("--no-input", "--output-dir", str(tmp_path))
    bake_by_command(*command, template=f"git+file://{clone}", env=WINDOWS_GIT)
    project, copy = tmp_path / DEFAULT, tmp_path / "copy"
    assert crlf_in(project) == []
    commit(project, "Start")
    run("git", "clone", "--quiet", str(project), str(copy), env=WINDOWS_GIT)
    assert crlf_in(copy) == []
    assert "make" in make("help", cwd=copy).stdout.lower()
    assert run("git", "status", "--porcelain", cwd=copy, env=WINDOWS_GIT).stdout == ""


def crlf_in(project: Path) -> list[str]:
    texts = {name: data for name, data in contents_of(project).items() if b"\0" not in data}
    return [name for name, data in texts.items() if b"\r\n" in data]


def test_an_existing_directory_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / DEFAULT).mkdir()
    (tmp_path / DEFAULT / "mine").write_text("mine", encoding="utf-8")
    done = bake_by_command("--no-input", cwd=tmp_path, ok=False)
    assert "already exists" in done.stdout
    assert contents_of(tmp_path) == {f"{DEFAULT}/mine": b"mine"}


def test_a_part_that_there_is_not_leaves_nothing_behind(tmp_path: Path) -> None:
    done = bake_by_command("--no-input", "parts=nowhere", cwd=tmp_path, ok=False)
    assert "nowhere" in done.stderr.splitlines()[0]
    assert list(tmp_path.iterdir()) == []


def test_giving_up_between_two_questions_leaves_nothing_behind(tmp_path: Path) -> None:
    bake_by_command(text="\n\n", cwd=tmp_path, ok=False)
    assert list(tmp_path.iterdir()) == []
