"""`python -m tools.template check` and `update`: the first tells, the second takes.

`.cruft.json` says which template and which commit of it. Both commits are rendered, by cruft,
https://cruft.github.io/cruft/, and git merges the difference: per file, following renames.
"""

import subprocess
import sys
import tempfile
from typing import NoReturn

from tools.template import record, repository
from tools.template.merging import Merged, merge
from tools.template.rendering import render

HELP = "python -m tools.template check | update"


def main(arguments: list[str]) -> None:
    commands = {"check": check, "update": update}
    if len(arguments) != 1 or arguments[0] not in commands:
        _stop(HELP)
    try:
        commands[arguments[0]]()
    except record.MissingError as error:
        _stop(str(error))
    except subprocess.CalledProcessError as error:
        _stop(f"{' '.join(map(str, error.cmd))} failed:\n{(error.stderr or '').strip()}")


def check() -> None:
    """Tell what the template has that the project has not; status 1 when there is something."""
    known = record.read()
    news = commits_since(known["template"], known["commit"], known.get("checkout"))
    if not news:
        print(f"Up to date with {known['template']}.")
        return
    print(f"{len(news)} commits behind {known['template']}:", *news, sep="\n  ")
    _stop("`make template-update` takes them.")


def update() -> None:
    """Take them; status 1 when a person has to decide something."""
    known = record.read()
    if repository.git("status", "--porcelain"):
        _stop("Commit your changes first, so that they and the update's can be told apart.")
    if not commits_since(known["template"], known["commit"], known.get("checkout")):
        print(f"Up to date with {known['template']}.")
        return
    before = render(known, known["commit"])
    after = render(known, known.get("checkout"), parent=before.commit)
    merged = merge(after.commit)
    record.write(after.record)
    print("Changed:", *repository.changed(), sep="\n  ")
    tell(merged)


def tell(merged: Merged) -> None:
    """Say what is left to do; stop when that is to decide something."""
    for sentence in merged.sentences():
        print(sentence)
    if merged.undecided:
        _stop("Then `make setup`, `make fix`, `make check`, and commit.")
    print("Now `make setup`, `make fix`, `make check`, and commit.")


def commits_since(template: str, commit: str, branch: str | None) -> list[str]:
    """Hash and subject of each, the newest first."""
    with tempfile.TemporaryDirectory() as place:
        repository.git("clone", "--quiet", "--bare", template.removeprefix("git+"), place)
        log = ("log", "--format=%h %s", f"{commit}..{branch or 'HEAD'}")
        return repository.git("-C", place, *log).splitlines()


def _stop(sentence: str) -> NoReturn:
    sys.exit(sentence)


if __name__ == "__main__":
    main(sys.argv[1:])
