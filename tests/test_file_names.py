"""Windows can check out the template and hold what is baked from it."""

import re
from collections import Counter
from itertools import chain
from pathlib import Path, PurePosixPath

import pytest

from hooks.pre_gen_project import WINDOWS_DEVICES
from tests.baking import NAMES, bake, files_of

FORBIDDEN = re.compile(r'[<>:"\\|?*\x00-\x1f]|[. ](/|$)')
LONGEST_PATH = 180  # Windows allows 259, and a person keeps projects somewhere below C:\\Users


@pytest.fixture(params=["the template", "a project with the longest name"])
def names(request: pytest.FixtureRequest, full_clone: Path, tmp_path: Path) -> set[str]:
    """Every path that is created, as one would see it in the folder around."""
    is_template = request.param == "the template"
    place = full_clone if is_template else bake(tmp_path, project_slug=NAMES["longest"])
    return {f"{place.name}/{name}" for name in files_of(place)}


def illegal(names: set[str]) -> list[str]:
    """Every path that Windows would refuse."""
    return sorted(
        name
        for name in names
        if FORBIDDEN.search(name)
        or len(name) > LONGEST_PATH
        or {part.partition(".")[0].lower() for part in name.split("/")} & WINDOWS_DEVICES
    )


def same_but_for_case(names: set[str]) -> list[set[str]]:
    """Paths, of files and of directories, that would fall together."""
    with_parents = {*names, *(str(p) for name in names for p in PurePosixPath(name).parents)}
    folded = Counter(map(str.casefold, with_parents))
    doubles = {name for name, count in folded.items() if count > 1}
    return [{name for name in with_parents if name.casefold() == double} for double in doubles]


def test_every_file_name_is_legal(names: set[str]) -> None:
    assert illegal(names) == []


def test_no_two_names_differ_in_case_alone(names: set[str]) -> None:
    assert same_but_for_case(names) == []


def test_names_that_windows_refuses_are_found() -> None:
    wrong = {"a/con.py", "LPT1", "what?.md", "a./b", "trailing ", "a:b", "x/" * 90 + "y"}
    fine = {"a/console.py", ".env", "{{cookiecutter.project_slug}}/a"}
    assert illegal(wrong | fine) == sorted(wrong)
    doubles = same_but_for_case({"docs/A.md", "docs/a.md", "Docs/b.md", "tests/c.md"})
    assert {"docs/A.md", "docs/a.md"} in doubles
    assert set(chain.from_iterable(doubles)) > {"docs", "Docs"}
