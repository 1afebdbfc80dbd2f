"""How `make resource` names a resource, and which names it refuses."""

import ast
from collections.abc import Iterator

import pytest

from tests.tools.refusing import refusal_of
from tools.resource.description import words
from tools.resource.description.parsing import parse_field
from tools.resource.description.resource import Resource
from tools.resource.errors import Refusal
from tools.resource.rendering import render


@pytest.mark.parametrize(
    ("plural", "singular"),
    [
        ("invoices", "Invoice"),
        ("categories", "Category"),
        ("addresses", "Address"),
        ("boxes", "Box"),
        ("branches", "Branch"),
        ("dishes", "Dish"),
        ("statuses", "Status"),
        ("bonuses", "Bonus"),
        ("warehouses", "Warehouse"),
        ("clauses", "Clause"),
        ("cases", "Case"),
        ("days", "Day"),
        ("shoes", "Shoe"),
        ("order_items", "OrderItem"),
        ("oauth2_keys", "Oauth2Key"),
    ],
)
def test_the_class_is_named_after_one(plural: str, singular: str) -> None:
    assert words.class_name(plural) == singular


@pytest.mark.parametrize("plural", ["news", "people", "address", "status", "invoice", "data"])
def test_what_is_not_clearly_a_plural_needs_the_class(plural: str) -> None:
    with pytest.raises(Refusal, match="say what one of them is with class="):
        words.class_name(plural)
    assert words.class_name(plural, "Person") == "Person"


@pytest.mark.parametrize(
    ("name", "snake"),
    [("Person", "person"), ("OrderItem", "order_item"), ("HTTPCall", "http_call")],
)
def test_one_is_called_after_its_class(name: str, snake: str) -> None:
    assert words.snake(name) == snake


@pytest.mark.parametrize(
    ("name", "model", "reason"),
    [
        ("", "", "Say what to make"),
        ("Invoices", "", "'Invoices' is not a name"),
        ("order-items", "", "'order-items' is not a name"),
        ("2fas", "", "'2fas' is not a name"),
        ("_things", "", "'_things' is not a name"),
        ("rechnungén", "", "is not a name"),
        ("class", "", "class is a keyword of Python"),
        ("bytes", "", "bytes is a builtin of Python"),
        ("references", "", "references is a reserved word of SQL"),
        ("customers", "", "There is a feature customers already"),
        ("order_lines", "", "There is a table order_lines already"),
        ("probes", "", "uses the name probes already"),
        ("bases", "Base", "There is a model Base already"),
        ("bases", "base", "'base' is not a name of a class"),
        ("responses", "", "One of them would be response"),
        ("queries", "", "One of them would be query"),
        ("classes", "", "One of them would be class"),
        ("entities", "", "Entity would mean two things"),
        ("uses", "UUID", "UUID would mean two things"),
        ("invoices", "Invoices", "Invoices would mean two things"),
    ],
)
def test_a_name_that_cannot_be_is_refused(name: str, model: str, reason: str) -> None:
    assert reason in refusal_of(name, "number:str", model)


def test_names_that_the_code_uses_are_taken() -> None:
    """Of a resource whose own words are all `own`, every other local name is reserved."""
    fields = [parse_field("own:int:index"), parse_field("own_text:str:unique:optional")]
    resource = Resource(plural="owns", model="Own", fields=fields)

    used = {name for source in render(resource).values() for name in local_names(source)}

    own = {name for name in used if "own" in name.lower()}
    assert used - own <= words.TAKEN_BY_CODE


def local_names(source: str) -> Iterator[str]:
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    for function in (node for node in ast.walk(ast.parse(source)) if isinstance(node, functions)):
        for node in ast.walk(function):
            if isinstance(node, ast.arg):
                yield node.arg
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                yield node.id
