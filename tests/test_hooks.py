"""What happens after the files are written: tidying, git, and the closing message."""

import math
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from hooks.post_gen_project import chain
from hooks.pre_gen_project import LONGEST
from tests.baking import (
    ASKED,
    DEFAULT,
    PARTS,
    ROOT,
    TEMPLATE,
    bake,
    bake_by_command,
    baked_from,
    contents_of,
    files_of,
    owned_by,
    steps_of,
)
from tests.running import environment, git_settings, run


@pytest.mark.parametrize("part", PARTS)
def test_a_part_owns_paths_that_exist(part: str) -> None:
    missing = [pattern for pattern in PARTS[part]["owns"] if not list(TEMPLATE.glob(pattern))]
    assert missing in ([], PARTS[part]["owns"])  # what is not built yet has nothing at all


@pytest.mark.parametrize("part", PARTS)
def test_without_a_part_nothing_is_left_of_what_it_owns(tmp_path: Path, part: str) -> None:
    project = bake(tmp_path, parts=" ".join(PARTS.keys() - {part}))
    assert not files_of(project) & owned_by(part)
    assert not [path for pattern in PARTS[part]["owns"] for path in project.glob(pattern)]


def test_migrations_that_have_their_place_keep_it(tmp_path: Path) -> None:
    """Such as those of a project that is baked over: of its own, and of a part that came later."""
    for name, before in (("1", "None"), ("2", '"3"'), ("3", '"1"')):
        text = f'revision: str = "{name}"\ndown_revision: str | None = {before}\n'
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
    kept = contents_of(tmp_path)

    chain(tmp_path)

    assert contents_of(tmp_path) == kept


def test_a_project_becomes_a_repository_on_main_without_a_commit(tmp_path: Path) -> None:
    project = bake(tmp_path)
    assert run("git", "branch", "--show-current", cwd=project).stdout == "main\n"
    run("git", "rev-parse", "HEAD", cwd=project, ok=False)


def test_a_project_inside_a_repository_stays_part_of_it(tmp_path: Path) -> None:
    run("git", "init", "--quiet", cwd=tmp_path)
    assert not (bake(tmp_path / "services") / ".git").exists()


def test_without_git_a_project_is_baked_and_git_is_left_as_a_step(tmp_path: Path) -> None:
    done = bake_by_command("--no-input", cwd=tmp_path, env={"PATH": str(tmp_path)})
    assert "git init && git add ." in done.stdout
    assert (tmp_path / DEFAULT / "pyproject.toml").is_file()
    assert not (tmp_path / DEFAULT / ".git").exists()


def test_the_message_says_where_it_is_and_each_step_that_is_left(tmp_path: Path) -> None:
    message = bake_by_command("--no-input", cwd=tmp_path).stdout
    assert "It is ready in order-service. Next:" in message
    assert steps_of(message)[:4] == ["cd order-service", "make setup", "make dev", "make check"]
    assert "http://127.0.0.1:8000/docs" in message
    assert "git init" not in message
    assert "\033" not in message


def test_the_answers_are_retold_in_the_order_of_the_questions(tmp_path: Path) -> None:
    answers = ("author=A team", "parts=kubernetes, example")
    message = bake_by_command("--no-input", *answers, cwd=tmp_path).stdout
    told = dict(re.findall(r"^ {4}(\w+) {2,}(.*)$", message.partition(":")[0], re.MULTILINE))
    assert list(told) == ASKED
    assert told["project_name"] == "Order Service"
    assert told["author"] == "A team"
    assert told["parts"] == "kubernetes, example"


def test_the_longest_answers_fit_one_screen_with_the_prompt(clone: Path, tmp_path: Path) -> None:
    published = "https://example.invalid/somebody/fastapi-service-template.git"
    longest = [f"{question}={question[0] * most}" for question, most in LONGEST.items()]
    command = ("--no-input", *longest)
    stand_in = git_settings(f"url.file://{clone}.insteadOf={published}")
    done = bake_by_command(*command, template=published, cwd=tmp_path, env=stand_in)
    rows = [max(1, math.ceil(len(line) / 80)) for line in done.stdout.splitlines()]
    assert sum(rows) <= 23


def test_a_path_with_spaces_is_quoted_for_the_shell(tmp_path: Path) -> None:
    message = bake_by_command("--no-input", "-o", "my services", cwd=tmp_path).stdout
    assert "cd 'my services/order-service'" in message
    assert (tmp_path / "my services" / DEFAULT / ".git").is_dir()


def test_a_terminal_shows_the_commands_in_bold(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    bake_onto(theirs, tmp_path)
    assert b"\033[1mmake setup\033[0m" in os.read(ours, 10_000)
    os.close(ours)


def test_a_reader_that_has_gone_does_not_cost_the_project(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    bake_onto(writer, tmp_path)
    assert (tmp_path / DEFAULT / "pyproject.toml").is_file()


def bake_onto(output: int, place: Path) -> None:
    command = (sys.executable, "-m", "cookiecutter", TEMPLATE.parent, "--no-input")
    subprocess.run(command, cwd=place, env=environment(), stdout=output, check=True)
    os.close(output)


def test_a_terminal_that_knows_ascii_only_does_not_cost_the_project(tmp_path: Path) -> None:
    ascii_only = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    named = ("--no-input", "project_name=Café Service")
    assert "Caf? Service" in bake_by_command(*named, cwd=tmp_path, env=ascii_only).stdout


def test_a_replay_bakes_the_same_project(tmp_path: Path) -> None:
    project = baked_from(ROOT, tmp_path / "first", "author=Someone else", "parts=none")
    bake_by_command("--replay", "--output-dir", str(tmp_path / "second"))
    assert contents_of(tmp_path / "second" / DEFAULT) == contents_of(project)
