"""The code of a page in `docs/`, run as it stands there."""

import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, cast
from unittest.mock import patch

from sqlalchemy import MetaData
from sqlalchemy.orm import registry

from chassis.database.model import NAMING_CONVENTION, Base, Entity
from tests.support.composition import PROJECT

BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
OWN = registry(
    metadata=MetaData(naming_convention=NAMING_CONVENTION),
    type_annotation_map=cast("Any", Base.type_annotation_map),
)


class OwnBase(Base):
    """With tables and names that no model of a service meets."""

    __abstract__ = True
    _sa_registry = OWN
    metadata = OWN.metadata


class OwnEntity(Entity):
    __abstract__ = True
    _sa_registry = OWN
    metadata = OWN.metadata


class Page:
    def __init__(self, name: str) -> None:
        self.path: Path = PROJECT / "docs" / name
        self.text = self.path.read_text(encoding="utf-8")

    @property
    def blocks(self) -> list[str]:
        return BLOCK.findall(self.text)

    @property
    def headings(self) -> list[str]:
        return re.findall(r"^## (.+)$", self.text, re.MULTILINE)

    def section(self, heading: str) -> str:
        (found,) = re.findall(
            rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", self.text, re.MULTILINE | re.DOTALL
        )
        return str(found)

    def load(self) -> Any:
        """All blocks as one module. An error in it is told with the line of the page."""
        module = sys.modules[self.path.stem] = ModuleType(self.path.stem)
        own: dict[str, Any] = {"Base": OwnBase, "Entity": OwnEntity}
        with patch.multiple("chassis.database.model", **own):
            exec(compile(self.source, self.path, "exec"), module.__dict__)  # noqa: S102
        return module

    @property
    def source(self) -> str:
        """The page, with all that is no code made blank."""
        code = {match.start(1): match[1] for match in BLOCK.finditer(self.text)}
        lines, end = [], 0
        for start, block in code.items():
            lines.append("\n" * self.text.count("\n", end, start) + block)
            end = start + len(block)
        return "".join(lines)
