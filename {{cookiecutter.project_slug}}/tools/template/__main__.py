"""`python -m tools.template check`, `update`, `answer`, `parts` and `part`.

They tell what is new, take it, answer anew, tell of parts, and take one.

`.cruft.json` says which template, which commit of it, and the answers. What was and what shall be
are rendered, by cruft, https://cruft.github.io/cruft/, and git merges the difference: per file,
following renames.
"""

import subprocess
import sys
from pathlib import Path
from typing import NoReturn

from tools.template import record, repository
from tools.template.answers import RefusedError, changed, listed, questions_of, template_of
from tools.template.merging import Merged, merge, unmerged
from tools.template.migrations import VERSIONS, follow_ours
from tools.template.parts import parts_of
from tools.template.record import Record
from tools.template.rendering import render
from tools.template.taking import advice, table, with_part

HELP = "python -m tools.template check | update | answer ANSWERS | parts | part NAME"
LEFT = "`make setup`, `make fix`, `make check`, and commit."
BACK = "`git reset --hard` takes it all back, for what you had is committed."
LISTED = ("ls-tree", "-r", "--name-only")


def main(arguments: list[str]) -> None:
    try:
        match arguments:
            case ["check"]:
                check()
            case ["update"]:
                update()
            case ["answer", said]:
                answer(said)
            case ["parts"]:
                parts()
            case ["part", name]:
                part(name)
            case _:
                _stop(HELP)
    except (record.MissingError, RefusedError) as error:
        _stop(str(error))
    except subprocess.CalledProcessError as error:
        _stop(f"{' '.join(map(str, error.cmd))} failed:\n{(error.stderr or '').strip()}")


def check() -> None:
    """Tell what the template has that the project has not; status 1 when there is something."""
    known = record.read()
    if repository.succeeds("rev-parse"):  # else nothing was taken yet
        _expect_all_decided()
    news = repository.commits_since(known["template"], known["commit"], known.get("checkout"))
    if not news:
        print(f"Up to date with {known['template']}.")
        return
    commits = "1 commit" if len(news) == 1 else f"{len(news)} commits"
    print(f"{commits} behind {known['template']}:", *news, sep="\n  ")
    _stop("`make template-update` takes them.")


def update() -> None:
    """Take them; status 1 when a person has to decide something."""
    known = record.read()
    _expect_all_committed()
    if not repository.commits_since(known["template"], known["commit"], known.get("checkout")):
        print(f"Up to date with {known['template']}.")
        return
    _take(known, known, known.get("checkout"))


def answer(said: str) -> None:
    """Take what other answers mean, of the commit that the project has; status 1 as above."""
    known = record.read()
    template = template_of(known)
    questions = questions_of(template)
    if not said.strip():
        print(listed(known, questions))
        _stop('Say which shall change: make template-answers answers="NAME=VALUE ..."')
    wanted = changed(known, said, questions)
    if record.answers(wanted) == record.answers(known):
        print("These are the answers already; nothing changes.")
        return
    _expect_all_committed()
    _take(known, wanted, known["commit"], *advice(known, wanted, parts_of(template)))


def parts() -> None:
    """Tell which there are, and which the project has."""
    known = record.read()
    print(table(known, parts_of(template_of(known))))


def part(name: str) -> None:
    """Take what belongs to the part, of the commit that the project has; status 1 as above."""
    known = record.read()
    there = parts_of(template_of(known))
    wanted = with_part(known, name, there)
    if wanted is known:
        print(f"{name} is there already; nothing changes.")
        return
    _expect_all_committed()
    _take(known, wanted, known["commit"], *advice(known, wanted, there))


def _expect_all_decided() -> None:
    left = unmerged()
    if undecided := [*left.both, *left.dropped]:
        _stop(f"An update is not finished: decide {', '.join(undecided)}, `git add`, and commit.")


def _expect_all_committed() -> None:
    _expect_all_decided()
    if repository.git("status", "--porcelain"):
        _stop("Commit your changes first, so that they and the update's can be told apart.")


def _take(known: Record, wanted: Record, checkout: str | None, *told: str) -> None:
    """Merge what differs between the template as it is known and as it is wanted."""
    before = render(known, known["commit"])
    had = {Path(name).name for name in repository.names(*LISTED, before.commit, str(VERSIONS))}
    after = render(
        wanted, checkout, parent=before.commit, change=lambda made: follow_ours(made, had)
    )
    merged = merge(after.commit)
    record.write(after.record)
    repository.git("add", record.FILE)  # as the rest is, for a commit without it forgets the rest
    print("Changed:", *repository.changed(), sep="\n  ")
    for sentence in told:
        print(sentence)
    tell(merged)


def tell(merged: Merged) -> None:
    """Say what is left to do, and the way back; stop when something is to be decided."""
    for sentence in (*merged.sentences(), BACK):
        print(sentence)
    if merged.undecided:
        _stop(f"Then `git add` these, {LEFT}")
    print(f"Now {LEFT}")


def _stop(sentence: str) -> NoReturn:
    sys.exit(sentence)


if __name__ == "__main__":
    main(sys.argv[1:])
