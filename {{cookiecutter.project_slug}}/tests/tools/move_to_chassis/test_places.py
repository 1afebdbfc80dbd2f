"""The tables: what they say has moved is where they say."""

import ast
from pathlib import Path

from tools.move_to_chassis.places import NAMES, PACKAGES_MOVED, PLACES, moved

PROJECT = Path(__file__).parent.parent.parent.parent


def file_of(module: str) -> Path | None:
    place = PROJECT / module.replace(".", "/")
    return next(
        (it for it in (place.with_suffix(".py"), place / "__init__.py") if it.exists()), None
    )


def names_in(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        targets = getattr(node, "targets", [getattr(node, "target", None)])
        found |= {it.id for it in targets if isinstance(it, ast.Name)} | {getattr(node, "name", "")}
    return found


def test_every_module_has_gone_to_one_that_is_there() -> None:
    modules = {new for old, new in PLACES.items() if old not in NAMES} | {*PACKAGES_MOVED.values()}
    assert [module for module in sorted(modules) if not file_of(module)] == []


def test_every_name_has_gone_to_a_module_that_defines_it() -> None:
    places = [(new, file_of(new.rpartition(".")[0])) for new in NAMES.values()]
    lost = [new for new, path in places if not path or new.rpartition(".")[2] not in names_in(path)]
    assert lost == []


def test_nothing_is_moved_twice() -> None:
    assert [new for new in PLACES.values() if moved(new) != new] == []
