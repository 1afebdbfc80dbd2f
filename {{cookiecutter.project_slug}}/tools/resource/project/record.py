"""What was made, kept out of git until it is undone or forgotten."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from tools.resource.errors import Refusal
from tools.resource.project.places import PROJECT

RECORDS = Path(".resources")


@dataclass(frozen=True, kw_only=True)
class Record:
    plural: str
    model: str
    migration: str
    revision: str
    hashes: Mapping[str, str]
    """Of every file that was created, by path."""
    wired: Mapping[str, tuple[str, str]]
    """Each file that was changed, before and after."""

    @classmethod
    def load(cls, plural: str) -> Self:
        """Raises Refusal."""
        try:
            return cls(**json.loads(_path(plural).read_text("utf-8")))
        except FileNotFoundError:
            message = f"There is no record of making {plural} here: remove it by hand."
            raise Refusal(message) from None

    def save(self) -> None:
        _path(self.plural).parent.mkdir(exist_ok=True)
        _path(self.plural).write_text(json.dumps(asdict(self), indent=2), "utf-8")

    def forget(self) -> None:
        _path(self.plural).unlink()
        if not any(_path(self.plural).parent.iterdir()):
            _path(self.plural).parent.rmdir()


def _path(plural: str) -> Path:
    return PROJECT / RECORDS / f"{plural}.json"


def hash_of(path: Path) -> str:
    return hashlib.sha256((PROJECT / path).read_bytes()).hexdigest()
