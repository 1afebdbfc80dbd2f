"""What `make resource` says of what it does not take: one sentence with a way out."""

import pytest

from tools.resource.errors import Refusal
from tools.resource.making import plan
from tools.resource.project.inventory import Inventory
from tools.resource.rendering import render

THERE = Inventory(
    features=frozenset({"customers"}),
    tables=frozenset({"customers", "order_lines"}),
    classes=frozenset({"Base", "Customer", "Basis"}),
    routers=frozenset({"health", "probes"}),
)


def refusal_of(name: str, fields: str, model: str = "") -> str:
    with pytest.raises(Refusal) as caught:
        render(plan(name, fields, model, THERE))
    sentence = str(caught.value)
    assert sentence.endswith(".") or "): " in sentence
    assert "\n" not in sentence
    return sentence
