"""`python -m tools.move_to_chassis`, after the `make template-update` that brought it.

Takes that update once more from the last commit, with the team's imports rewritten first: then
only what both sides changed is a conflict. What was there before is kept as `refs/before-move`.
Where the update is committed already, it only rewrites. Running it again changes nothing.
"""

import contextlib
from collections.abc import Iterable
from pathlib import Path

from tools.move_to_chassis import settings, tree
from tools.template import record
from tools.template.__main__ import tell
from tools.template.merging import TEMPLATE, Merged, merge, unmerged
from tools.template.rendering import render
from tools.template.repository import AUTHOR, git, names, succeeds

HERE = Path()
KEPT = "refs/before-move"
CHASSIS = ("chassis", "tests/chassis")


def main() -> None:
    now = record.read()
    before = record.parsed(git("show", f"HEAD:./{record.FILE}"))
    if before["commit"] == now["commit"] or succeeds("diff", "--quiet", f"{KEPT}^", "HEAD"):
        git("update-ref", TEMPLATE, template := render(now, now["commit"]).commit)
        rewritten, merged = tree.rewrite(HERE, names("ls-files")), unmerged()
    else:
        template, rewritten, merged = take_again(before, now)
    _show("Your own, with the names that things have now:", rewritten)
    if made := tree.make_packages(HERE / "app"):
        git("add", *made)
        _show("Made, where the modules left are yours:", made)
    _show(
        "These cannot be imported: a module has the name of their folder now. Give them another "
        "place:",
        tree.shadowed(HERE / "app"),
    )
    take_settings(template)
    tell_of_chassis()
    tell(merged)


def take_again(before: record.Record, now: record.Record) -> tuple[str, list[str], Merged]:
    """The update from the one to the other: what the template has, what we rewrote, the rest."""
    base = render(before, before["commit"], change=tree.rewrite_all).commit
    template = render(now, now["commit"], parent=base).commit
    keep()
    rewritten = tree.rewrite(HERE, names("ls-files"))
    git("add", "--all", ".")
    own = {*rewritten} - {*names("ls-tree", "-r", "--name-only", base, ".")}
    merged = merge(template)
    record.write(now)
    return template, sorted(own), merged


def keep() -> None:
    """Put all that is not committed into a commit of its own, and go back to the last one."""
    git("add", "--all", ".")
    if rejected := names("ls-files", "--others", "--ignored", "--exclude=*.rej"):
        git("add", "--force", "--", *rejected)
    all_of_it = git("write-tree").strip()
    kept = git("commit-tree", all_of_it, "-p", "HEAD", "-m", "before the move", env=AUTHOR).strip()
    git("update-ref", KEPT, kept)
    git("restore", "--source=HEAD", "--staged", "--worktree", ".")
    print(f"What the update had left here is kept: `git show {KEPT}`.")


def take_settings(template: str) -> None:
    """From the chassis to the app, if they stand by themselves; else they are told below."""
    with contextlib.suppress(SyntaxError):  # the marks of a merge, which are told, too
        if settings.take(lambda name: git("show", f"{template}:./{name}")):
            tree.tidy(HERE, [settings.OWN])
            _show("Your settings are now in:", [settings.OWN])


def tell_of_chassis() -> None:
    diff = ("diff", "--name-only", "--diff-filter=d", "--relative", TEMPLATE, "--", *CHASSIS)
    _show(
        f"Yours, in what the template carries; `git diff {TEMPLATE} -- {' '.join(CHASSIS)}` shows "
        "it. Move to app/ what can stand there, such as a setting:",
        names(*diff),
    )


def _show(sentence: str, paths: Iterable[str]) -> None:
    if paths:
        print(sentence, *paths, sep="\n  ")


if __name__ == "__main__":
    main()
