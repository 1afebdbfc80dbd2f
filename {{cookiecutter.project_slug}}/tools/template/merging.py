"""Lays what the template has changed over the working tree, as `git cherry-pick` does it."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

from tools.template import insertions
from tools.template.repository import git, names

PICK = (
    *("-c", "merge.renames=true"),  # whatever the person's own git is told to do
    # A file of the project's own stays where it is, whatever the template moved around it.
    *("-c", "merge.directoryRenames=false"),
    *("-c", f"merge.both.driver={insertions.driver()}"),
    *("cherry-pick", "--no-commit", "--allow-empty"),
)
TEMPLATE = "refs/template"
NEEDED = ("Makefile", "pyproject.toml")
"""What every `make` reads: with marks in it, none runs."""
BASE, OURS, THEIRS = "1", "2", "3"
"""Stages of a path that git could not merge: https://git-scm.com/docs/git-read-tree"""


@dataclass(frozen=True)
class Merged:
    both: list[str]
    """Changed on both sides; the text has marks between what each says."""
    dropped: list[str]
    """Changed here, and no longer in the template; they are left as they were."""
    missed: list[str]
    """Deleted here, changed in the template; they stay deleted."""

    @property
    def undecided(self) -> bool:
        return bool(self.both or self.dropped)

    def sentences(self) -> Iterator[str]:
        told = {
            "Both you and the template changed these; decide, between the marks:": self.both,
            "The template has these no longer, and you changed them; "
            "decide, `git add` or `git rm`:": self.dropped,
            "You deleted these, and they stay so; "
            f"`git checkout {TEMPLATE} -- ...` brings one back:": self.missed,
        }
        for sentence, paths in told.items():
            yield from [sentence, *(f"  {path}" for path in paths)] if paths else []
        if first := [path for path in self.both if path in NEEDED]:
            yield f"No `make` works while marks are in {' or '.join(first)}: begin there."


def merge(commit: str) -> Merged:
    """Lay over what the commit changes. Raises CalledProcessError when git refuses."""
    command = ["git", *PICK, commit]
    done = subprocess.run(command, check=False, capture_output=True, encoding="utf-8")
    found = unmerged()
    if done.returncode and not found.undecided and not found.missed:
        done.check_returncode()
    if found.missed:
        git("rm", "--quiet", "--force", "--", *found.missed)
    git("update-ref", TEMPLATE, commit)
    return found


def unmerged() -> Merged:
    """What a merge has left."""
    stages = _stages()
    missed = [name for name, found in stages.items() if found == {BASE, THEIRS}]
    dropped = [name for name, found in stages.items() if found == {BASE, OURS}]
    return Merged([name for name in stages if name not in {*missed, *dropped}], dropped, missed)


def _stages() -> dict[str, set[str]]:
    """Of each path that git could not merge."""
    found: dict[str, set[str]] = {}
    for line in names("ls-files", "--unmerged"):
        about, _, name = line.partition("\t")
        found.setdefault(name, set()).add(about.split()[2])
    return found
