"""What to ask: every resource of the OpenAPI document, read often and written seldom."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tools.loadtest.values import Schema, Values

WEIGHTS = {"read": 50, "list": 20, "create": 15, "change": 15}
REMEMBERED = 500

Headers = Mapping[str, str]


@dataclass
class Resource:
    """A collection such as `/v1/products`, and what can be done with it."""

    path: str
    create: Schema | None = None
    change: Schema | None = None
    lists: bool = False
    reads: bool = False
    keys: list[str] = field(default_factory=list)
    """Of things that exist."""

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    def remember(self, key: str) -> None:
        self.keys.append(key)
        del self.keys[:-REMEMBERED]

    def kinds(self) -> Iterator[str]:
        if self.lists:
            yield "list"
        if self.create is not None:
            yield "create"
        if self.reads and self.keys:
            yield "read"
        if self.change is not None and self.keys:
            yield "change"


@dataclass(frozen=True)
class Ask:
    """One request."""

    name: str
    """Of the operation, as the report calls it."""
    method: str
    path: str
    resource: Resource
    body: Any = None


class Plan:
    """Raises ValueError for a document without a resource."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.resources = list(_resources(document["paths"]))
        if not self.resources:
            message = "the service has no resource to ask for: `make resource` writes one"
            raise ValueError(message)
        schemas = document.get("components", {}).get("schemas", {})
        self._values = Values(schemas, self._keys_for)

    def _keys_for(self, name: str) -> Sequence[str]:
        """For `product_id`, keys of `products`."""
        stem = name.removesuffix("_id")
        return next((it.keys for it in self.resources if it.name.startswith(stem)), [])

    def next(self) -> Ask:
        choices = [(resource, kind) for resource in self.resources for kind in resource.kinds()]
        weights = [WEIGHTS[kind] for _, kind in choices]
        resource, kind = random.choices(choices, weights)[0]  # noqa: S311  no secret
        match kind:
            case "list":
                return Ask(f"GET {resource.path}", "GET", resource.path, resource)
            case "create":
                body = self._values.of(resource.create or {})
                return Ask(f"POST {resource.path}", "POST", resource.path, resource, body)
        method = "GET" if kind == "read" else "PATCH"
        key = random.choice(resource.keys)  # noqa: S311  no secret
        body = self._values.of(resource.change or {}) if method == "PATCH" else None
        return Ask(f"{method} {resource.path}/*", method, f"{resource.path}/{key}", resource, body)


def _resources(paths: Mapping[str, Any]) -> Iterator[Resource]:
    for path, operations in paths.items():
        if "{" in path or path.startswith("/health"):
            continue
        items = [found for name, found in paths.items() if _is_item_of(name, path)]
        item = items[0] if items else {}
        if "post" in operations or items:
            yield Resource(
                path,
                create=_body(operations.get("post")),
                change=_body(item.get("patch")),
                lists="get" in operations,
                reads="get" in item,
            )


def _is_item_of(path: str, collection: str) -> bool:
    rest = path.removeprefix(f"{collection}/")
    return path != rest and rest.startswith("{") and "/" not in rest


def _body(operation: Mapping[str, Any] | None) -> Schema | None:
    content = (operation or {}).get("requestBody", {}).get("content", {})
    schema: Schema | None = content.get("application/json", {}).get("schema")
    return schema
