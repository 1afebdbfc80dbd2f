"""A working tree whose files get the names that things have now."""

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from tools.move_to_chassis.rewriting import moved_module, moved_names

OWN = ("tools/move_to_chassis/", "tests/tools/move_to_chassis/")
"""What speaks of the old names."""
SUFFIXES = {".cfg", ".ini", ".md", ".py", ".toml", ".yaml", ".yml"}
MARK = "\n<<<<<<< "
RUFF = Path(sys.executable).with_name("ruff")
PACKAGES = 'lint.isort.known-first-party = ["app", "chassis", "tests", "tools"]'


def rewrite(root: Path, names: Iterable[str]) -> list[str]:
    """Returns which have changed."""
    changed = rewritten(root, names)
    for name, text in changed.items():
        (root / name).write_text(text, encoding="utf-8")
    tidy(root, [name for name in changed if name.endswith(".py")])
    return list(changed)


def rewritten(root: Path, names: Iterable[str]) -> dict[str, str]:
    """What would change. A file with a merge's marks in it waits until they are gone."""
    found = {}
    for name in names:
        path = root / name
        if path.suffix in SUFFIXES and path.is_file() and not name.startswith(OWN):
            text = path.read_text(encoding="utf-8")
            new = text if MARK in text else _rewritten(path, text)
            if new != text:
                found[name] = new
    return found


def rewrite_all(root: Path) -> None:
    files = [path for path in root.rglob("*") if path.is_file()]
    rewrite(root, [path.relative_to(root).as_posix() for path in files])


def tidy(root: Path, names: list[str]) -> None:
    """Sort the imports and wrap the lines as `make fix` does, for git to find both sides alike."""
    for command in (("check", "--fix", "--select=I", f"--config={PACKAGES}"), ("format",)):
        if names:
            options = ("--quiet", "--no-cache", "--force-exclude", "--", *names)
            subprocess.run([RUFF, *command, *options], cwd=root, check=True)


def make_packages(root: Path) -> list[str]:
    """Give the folders of the team's own modules the `__init__.py` that went with ours."""
    folders = {parent for path in root.rglob("*.py") for parent in path.relative_to(root).parents}
    inits = [root / it / "__init__.py" for it in folders if not _is_shadowed(root / it)]
    missing = [it for it in inits if not it.exists()]
    for path in missing:
        path.touch()
    return sorted(path.as_posix() for path in missing)


def shadowed(root: Path) -> list[str]:
    """What Python does not find, as beside its folder there is a module of the same name."""
    folders = [path for path in root.rglob("*") if path.is_dir() and _is_shadowed(path)]
    return sorted(path.as_posix() for folder in folders for path in folder.rglob("*.py"))


def _is_shadowed(folder: Path) -> bool:
    return folder.with_name(f"{folder.name}.py").exists()


def _rewritten(path: Path, text: str) -> str:
    if path.suffix != ".py":
        return moved_names(text)
    try:
        return moved_module(text)
    except SyntaxError:  # such as a template of Python
        return moved_names(text)
