"""The template that the project came from: how far it is ahead, and taking what is new in it.

`.cruft.json` says which template and which commit of it. The work is done by cruft,
https://cruft.github.io/cruft/, which renders both commits and applies the difference with git.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, NoReturn

RECORD = Path(".cruft.json")
CRUFT = ("tool", "run", "--quiet", "--from", "cruft>=2.16,<3", "cruft")
MARK = re.compile(r"^<{7} ", re.MULTILINE)
HELP = "python -m tools.template check | update"


def main(arguments: list[str]) -> None:
    commands = {"check": check, "update": update}
    if len(arguments) != 1 or arguments[0] not in commands:
        _stop(HELP)
    try:
        commands[arguments[0]]()
    except subprocess.CalledProcessError as error:
        _stop(f"{' '.join(map(str, error.cmd))} failed:\n{(error.stderr or '').strip()}")


def check() -> None:
    """Tell what the template has that the project has not; status 1 when there is something."""
    record = _record()
    news = commits_since(record["template"], record["commit"], record.get("checkout"))
    if not news:
        print(f"Up to date with {record['template']}.")
        return
    print(f"{len(news)} commits behind {record['template']}:", *news, sep="\n  ")
    _stop("`make template-update` takes them.")


def update() -> None:
    """Take them; status 1 when a person has to decide something."""
    record = _record()
    if git("status", "--porcelain"):
        _stop("Commit your changes first, so that they and the update's can be told apart.")
    subprocess.run([os.environ.get("UV", "uv"), *CRUFT, "update", "--skip-apply-ask"], check=True)
    changed = [line[3:] for line in git("status", "--porcelain").splitlines()]
    if not changed:
        print(f"Up to date with {record['template']}.")
        return
    print("Changed:", *changed, sep="\n  ")
    rejected = git("ls-files", "--others", "--ignored", "--exclude=*.rej").splitlines()
    if undecided := [name for name in changed if _has_marks(Path(name))] + rejected:
        print("Both you and the template changed these; decide, between the marks or by the .rej:")
        print(*(f"  {name}" for name in undecided), sep="\n")
        _stop("Then `make setup`, `make check`, and commit.")
    print("Now `make setup`, `make check`, and commit.")


def commits_since(template: str, commit: str, branch: str | None) -> list[str]:
    """Hash and subject of each, the newest first."""
    with tempfile.TemporaryDirectory() as place:
        git("clone", "--quiet", "--bare", template.removeprefix("git+"), place)
        return git(
            "-C", place, "log", "--format=%h %s", f"{commit}..{branch or 'HEAD'}"
        ).splitlines()


def git(*arguments: str) -> str:
    """Raises subprocess.CalledProcessError."""
    done = subprocess.run(["git", *arguments], check=True, capture_output=True, encoding="utf-8")
    return done.stdout


def _record() -> dict[str, Any]:
    if not RECORD.exists():
        _stop("There is no .cruft.json: the project does not know its template.")
    record: dict[str, Any] = json.loads(RECORD.read_text(encoding="utf-8"))
    return record


def _has_marks(path: Path) -> bool:
    text = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
    return MARK.search(text) is not None


def _stop(sentence: str) -> NoReturn:
    sys.exit(sentence)


if __name__ == "__main__":
    main(sys.argv[1:])
