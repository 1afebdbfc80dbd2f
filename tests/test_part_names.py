"""What `make part` and `make parts` say, and what they refuse."""

from pathlib import Path

import pytest

from tests.baking import PARTS, USUAL, baked_from
from tests.conftest import commit
from tests.running import run
from tests.test_parts import part
from tests.test_updates import template_tool


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory, _clone: Path) -> Path:
    """For what changes nothing."""
    made = baked_from(_clone, tmp_path_factory.mktemp("usual"))
    commit(made, "Start")
    return made


def test_a_part_that_is_there_already_is_not_taken_again(usual: Path) -> None:
    assert part(usual, "example") == "example is there already; nothing changes.\n"
    assert run("git", "status", "--porcelain", cwd=usual).stdout == ""


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("kubernets", "There is no part 'kubernets'. Did you mean kubernetes?\n"),
        ("Example", "There is no part 'Example'. Did you mean example?\n"),
        ("frobnicate", "There is no part 'frobnicate'.\n"),
        ("", "Say which part"),
    ],
)
def test_a_part_that_there_is_not_is_refused_with_those_that_there_are(
    usual: Path, name: str, told: str
) -> None:
    said = part(usual, name, ok=False)
    assert said.startswith(told)
    assert all(f"  {known} " in said for known in PARTS)
    assert "Traceback" not in said


def test_all_parts_are_listed_with_what_they_are_and_whether_they_are_here(usual: Path) -> None:
    rows = template_tool(usual, "parts").splitlines()

    listed = {row.split()[0]: row.split()[1:] for row in rows[: len(PARTS)]}
    assert [*listed] == [*PARTS]
    assert [name for name, (state, *_) in listed.items() if state == "taken"] == USUAL.split()
    assert [" ".join(words) for _, *words in listed.values()] == [
        it["what"] for it in PARTS.values()
    ]


def test_a_part_waits_until_all_is_committed(clone: Path, tmp_path: Path) -> None:
    bare = baked_from(clone, tmp_path, "parts=none")
    assert "Commit your changes first" in part(bare, "kubernetes", ok=False)
    assert not (bare / "deploy").exists()
