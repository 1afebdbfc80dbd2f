"""Bake services from this template: as a person would, and as many tests can afford."""

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from itertools import combinations, product
from pathlib import Path
from typing import Any

from cookiecutter.main import cookiecutter

from tests.running import run

ROOT = Path(__file__).parent.parent
TEMPLATE = ROOT / "{{cookiecutter.project_slug}}"
QUESTIONS: dict[str, Any] = json.loads((ROOT / "cookiecutter.json").read_text(encoding="utf-8"))
ASKED = [question for question in QUESTIONS if not question.startswith("_")]
DEFAULT = "order-service"
NAMES = {
    "shortest": "ab",
    "default": DEFAULT,
    "longest": "a-name-that-has-all-40-letters-of-a-name",
}

PARTS: dict[str, dict[str, Any]] = QUESTIONS["_parts"]
USUAL: str = QUESTIONS["parts"]
NOTHING, EVERYTHING = "none", " ".join(PARTS)
SUBSETS = [
    " ".join(names) or NOTHING
    for size in range(len(PARTS) + 1)
    for names in combinations(PARTS, size)
]
COVERING = list(dict.fromkeys([NOTHING, *PARTS, EVERYTHING]))
"""Of any two parts both, either and neither, for what takes too long to be tried with each set."""


@dataclass(frozen=True)
class Combination:
    """One set of answers that has to work."""

    size: str
    parts: str

    @property
    def id(self) -> str:
        return "-".join([self.size, *self.parts.split()])

    @property
    def answers(self) -> dict[str, Any]:
        slug = NAMES[self.size]
        return {"project_name": slug, "project_slug": slug, "parts": self.parts}


COMBINATIONS = [Combination(*each) for each in product(("shortest", "longest"), SUBSETS)]


def bake(output: Path, **answers: Any) -> Path:  # noqa: ANN401  JSON values
    """Bake in this process, which saves starting another one."""
    made = cookiecutter(str(ROOT), no_input=True, extra_context=answers, output_dir=str(output))
    return Path(made)


def bake_by_command(
    *arguments: str,
    template: str = str(ROOT),
    **options: Any,  # noqa: ANN401  of run()
) -> subprocess.CompletedProcess[str]:
    """Bake with the command line a person types."""
    return run(sys.executable, "-m", "cookiecutter", template, *arguments, **options)


def baked_from(template: Path | str, output: Path, *arguments: str) -> Path:
    """Bake the default service by command into the directory; return where it is."""
    bake_by_command("--no-input", "--output-dir", str(output), *arguments, template=str(template))
    return output / DEFAULT


def steps_of(message: str) -> list[str]:
    """The commands that the closing message leaves to do, without what each is for."""
    return re.findall(r"^ {4}(.*?)(?: {2,}.*)?$", message.partition("Next:")[2], re.MULTILINE)


def one_line_of(message: str) -> str:
    """The command that gives the same answers again."""
    return message.partition("in one line:\n")[2].splitlines()[0].strip()


def files_of(directory: Path) -> set[str]:
    """Every file, as a path relative to the directory; what git keeps for itself left out."""
    paths = (path.relative_to(directory) for path in directory.rglob("*") if path.is_file())
    return {path.as_posix() for path in paths if path.parts[0] != ".git"}


def owned_by(part: str, tree: Path = TEMPLATE) -> set[str]:
    """Every file that goes when the part is not taken."""
    paths = [path for pattern in PARTS[part]["owns"] for path in tree.glob(pattern)]
    files = [file for path in paths for file in (path.rglob("*") if path.is_dir() else [path])]
    return {file.relative_to(tree).as_posix() for file in files if file.is_file()}


def contents_of(directory: Path) -> dict[str, bytes]:
    """Every file with its bytes, to see whether anything came, went or changed."""
    return {name: (directory / name).read_bytes() for name in files_of(directory)}
