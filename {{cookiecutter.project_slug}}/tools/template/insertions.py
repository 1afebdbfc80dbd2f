"""Merges lists: of lines that both sides added at one place, all stay, those of the service first.

git runs it for the files that `.gitattributes` names, as a driver of the name `both`:
https://git-scm.com/docs/gitattributes#_defining_a_custom_merge_driver
"""

import re
import shlex
import subprocess
import sys
from pathlib import Path

BOTH_ADDED = re.compile(
    r"^<{7} .*\n"
    r"(?P<ours>(?:(?!\|{7} ).*\n)*)"
    r"\|{7} .*\n={7}\n"  # with nothing between: no line that was there is concerned
    r"(?P<theirs>(?:(?!>{7} ).*\n)*)"
    r">{7} .*\n",
    re.MULTILINE,
)
MARK = re.compile(r"^<{7} ", re.MULTILINE)
MOST_CONFLICTS = 127
"""A status of git above it is none of a merge; one below zero is a signal."""


def driver() -> str:
    """The command with git's placeholders for the three versions."""
    program = shlex.join([sys.executable, "-B", str(Path(__file__).resolve())])
    return f"{program.replace('%', '%%')} %A %O %B"


def merge(ours: str, before: str, theirs: str) -> bool:
    """Write what the files come to into the first; true when something is left to decide.

    Raises CalledProcessError, UnicodeDecodeError.
    """
    labels = (*("-L", "yours"), *("-L", "before"), *("-L", "the template's"))
    command = ["git", "merge-file", "--stdout", "--diff3", *labels, ours, before, theirs]
    done = subprocess.run(command, check=False, stdout=subprocess.PIPE)
    if not 0 <= done.returncode <= MOST_CONFLICTS:
        done.check_returncode()
    merged = BOTH_ADDED.sub(lambda found: found["ours"] + found["theirs"], done.stdout.decode())
    Path(ours).write_bytes(merged.encode())
    return MARK.search(merged) is not None


if __name__ == "__main__":
    sys.exit(merge(*sys.argv[1:]))
