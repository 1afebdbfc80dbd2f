"""Names of settings, and names that nearly are: what is set under those would be ignored."""

from collections.abc import Mapping
from difflib import SequenceMatcher
from types import NoneType, UnionType
from typing import NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

ALIKE, ALIKE_ALONE = 0.9, 0.85
"""Of names within a group, and of those that have none: `ENVIORMENT` is one of ours."""
LONG = 8
"""From so many letters on, a name without its group may differ by more than one of them."""


class Stranger(NamedTuple):
    """A name that begins like a setting's, or is near one, and is none."""

    name: str
    place: str
    """Where it is set; empty for the environment."""
    meant: str | None
    """The setting that it nearly is, unless that is set as well."""

    def fault(self) -> str:
        return f"{self.name}{self.place} is no setting; write {self.meant}"


def group_of(field: FieldInfo) -> type[BaseModel] | None:
    """The group that the field is, if it is no single setting; also one that may be None."""
    kind = field.annotation
    if get_origin(kind) in (Union, UnionType):
        kind, *others = (it for it in get_args(kind) if it is not NoneType)
        kind = None if others else kind
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def setting_names(settings: type[BaseModel]) -> dict[str, str]:
    """Every setting, with what its name begins with because of its group."""
    found: dict[str, str] = {}
    for name, field in settings.model_fields.items():
        if (group := group_of(field)) is None:
            found[name.upper()] = ""
        else:
            prefix = f"{name}_".upper()
            found |= {f"{prefix}{inner.upper()}": prefix for inner in group.model_fields}
    return found


def strangers(settings: type[BaseModel], given: Mapping[str, str]) -> list[Stranger]:
    """`given` are the names that are set, in capitals, and the place of each."""
    known = setting_names(settings)
    prefixes = tuple(prefix for prefix in known.values() if prefix)
    return [
        Stranger(name, place, None if meant in given else meant)
        for name, place in given.items()
        if name not in known
        and ((meant := _nearest(name, known)) is not None or name.startswith(prefixes))
    ]


def _nearest(name: str, known: Mapping[str, str]) -> str | None:
    return next((setting for setting in known if _near(name, setting, known[setting])), None)


def _near(name: str, setting: str, prefix: str) -> bool:
    if name.replace("_", "") == setting.replace("_", ""):
        return name.startswith(prefix)  # LOGLEVEL may be another program's
    if _one_slip_apart(name, setting):
        return True
    if not prefix:
        return _alike(name, setting, ALIKE_ALONE)
    if not name.startswith(prefix):
        return False
    one, other = name.removeprefix(prefix), setting.removeprefix(prefix)
    return _alike(one, other, ALIKE)


def _alike(one: str, other: str, least: float) -> bool:
    return min(len(one), len(other)) >= LONG and SequenceMatcher(None, one, other).ratio() >= least


def _one_slip_apart(one: str, other: str) -> bool:
    """A letter is missing, added or another, or two have changed places."""
    pairs = enumerate(zip(one, other, strict=False))
    same = next((place for place, (it, its) in pairs if it != its), min(len(one), len(other)))
    one, other = one[same:], other[same:]
    swapped = one[:2] == other[1::-1] and one[2:] == other[2:]
    return swapped or one[1:] in {other, other[1:]} or one == other[1:]
