"""What a group of operations is about, said where its router is."""

from collections.abc import Iterable
from typing import Any, Self

from chassis.web.openapi.operations import Operation


class Tag(str):  # noqa: SLOT000  a str, because FastAPI takes one; with an attribute more
    """For `tags=` of a router: a name, and the sentence that the document has about it."""

    description: str

    def __new__(cls, name: str, description: str) -> Self:
        tag = super().__new__(cls, name)
        tag.description = description
        return tag


def list_tags(document: dict[str, Any], operations: Iterable[Operation]) -> None:
    """In the order of the operations, after those of `FastAPI(openapi_tags=...)`, which win."""
    listed: dict[str, dict[str, Any]] = {tag["name"]: tag for tag in document.get("tags", [])}
    for operation in operations:
        described = {it: it.description for it in operation.route.tags if isinstance(it, Tag)}
        for name in operation.told.get("tags", []):
            tag = listed.setdefault(name, {"name": name})
            if name in described:
                tag.setdefault("description", described[name])
    if listed:
        document["tags"] = list(listed.values())
