"""Which fields `make resource` takes, what it makes of them, and which it refuses."""

import ast

import pytest

from tests.tools.refusing import refusal_of
from tools.resource.description.kinds import KINDS
from tools.resource.description.parsing import parse_field, parse_fields
from tools.resource.description.resource import Resource
from tools.resource.errors import Refusal
from tools.resource.trial import Trial


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ("", "Say what it has"),
        ("number", "'number' is no field"),
        ("number:", "'number:' is no field"),
        (":str", "':str' is no field"),
        ("number::unique", "is no field"),
        ("Number:str", "'Number' is not a name"),
        ("lambda:str", "lambda is a keyword"),
        ("type:str", "type is a builtin"),
        ("order:int", "order is a reserved word of SQL"),
        ("id:uuid", "every resource has it already"),
        ("version:int", "every resource has it already"),
        ("created_at:datetime", "every resource has it already"),
        ("metadata:json", "SQLAlchemy uses it"),
        ("cursor:str", "it is a parameter of every list"),
        ("copy:str", "Pydantic uses it"),
        ("model_fields:str", "Pydantic uses it"),
        ("datetime:datetime", "the code of a feature uses that name"),
        ("self:str", "Python calls something else so"),
        ("xmin:int", "PostgreSQL has it on every table"),
        ("a:str,b:int", "'a:str,b:int' has a comma in it: put spaces between fields"),
        ("a:enum(b,c), d:int", "'a:enum(b,c),' has a comma in it"),
        ("a:str a:int", "The field a is there twice"),
        ("a:int:index min_a:str:unique", "the parameter min_a twice"),
        ("a:strng", "there is no type 'strng'. Did you mean str?"),
        ("a:integer", "there is no type 'integer'. Did you mean int?"),
        ("a:boolean", "Did you mean bool?"),
        ("a:xyzzy", "there is no type 'xyzzy'. Types are str, text, int,"),
        ("a:int(5)", "int takes nothing in parentheses"),
        ("a:str(0)", "str(0) cannot be: take one number from 1 to 10000"),
        ("a:str(x)", "str(x) cannot be"),
        ("a:str:99999", "str(99999) cannot be"),
        ("a:decimal(2,3)", "decimal(2,3) cannot be"),
        ("a:decimal(x)", "decimal takes digits and places"),
        ("a:enum", "An enum needs its values"),
        ("a:enum()", "An enum needs its values"),
        ("a:enum(a,a)", "'a' cannot be a value"),
        ("a:enum(In Progress)", "a: 'In Progress' cannot be a value"),
        ("a:enum('b','c')", "take lower-case words"),
        ("a:enum(b,c,)", "'' cannot be a value"),
        ("a_id:ref", "A ref needs one feature"),
        ("a:ref(customers)", "call it a_id"),
        ("a_id:ref(custmers)", "no feature 'custmers'. Did you mean customers?"),
        ("a_id:ref(invoices)", "no feature 'invoices'"),
        ("a_id:ref(things)", "write by hand what refers to a row of its own table"),
        ("a:str:uniqe", "there is no constraint 'uniqe'. Did you mean unique?"),
        ("a:str:nullable", "Did you mean optional?"),
        ("a:str:unique:unique", "a constraint is there twice"),
        ("a:str:unique:unique(ci)", "a constraint is there twice"),
        ("a:str:unique(cs)", "Did you mean unique(ci)?"),
        ("a:str:citext", "Did you mean unique(ci)?"),
        ("a:int:unique(ci)", "a field of this type has no case; say unique"),
        ("a:text:unique(ci)", "cannot be unique"),
        ("a:str:unique(ci):default=x", "what is unique can have no default"),
        ("a:text:unique", "cannot be unique"),
        ("a:bool:unique", "cannot be unique"),
        ("a:str(601):index", "cannot be indexed"),
        ("a:json:index", "cannot be indexed"),
        ("a:str:unique:default=x", "what is unique can have no default"),
        ("a:uuid:default=1", "can have no default"),
        ("a:date:default=today", "can have no default"),
        ("a:int:default", "there is no constraint 'default'"),
        ("a:int:default=", "the default '' cannot be"),
        ("a:int:default=x", "the default 'x' cannot be; it has to be a whole number"),
        ("a:int:default=2147483648", "a whole number from -2147483648 to 2147483647"),
        ("a:bigint:default=-9007199254740992", "a whole number from -9007199254740991 to"),
        ("a:bool:default=yes", "it has to be true or false"),
        ("a:float:default=nan", "it has to be a number"),
        ("a:decimal(4,2):default=100", "it has to be a number of 4 digits"),
        ("a:decimal(4,2):default=0.001", "it has to be a number of 4 digits"),
        ("a:str(3):default=four", "it has to be text of 1 to 3 characters"),
        ("a:str:default=' '", "one of them visible"),
        ("a:str:default='\u200b'", "one of them visible"),
        (f"a:float:default=1{'0' * 400}", "it has to be a number"),
        ("a:enum(b,c):default=d", "it has to be one of b, c"),
        ("query:str", "ThingQuery would mean two things"),
        (f"a{'b' * 60}:int", "PostgreSQL takes names of 63 characters"),
    ],
)
def test_a_field_that_cannot_be_is_refused(fields: str, reason: str) -> None:
    assert reason in refusal_of("things", fields)


def test_each_field_that_cannot_be_is_told() -> None:
    with pytest.raises(Refusal) as caught:
        parse_fields("a:strng b:int c:int:uniqe")

    first, second = str(caught.value).splitlines()
    assert first.startswith("a: there is no type 'strng'.")
    assert second.startswith("c: there is no constraint 'uniqe'.")


@pytest.mark.parametrize(
    ("given", "source"),
    [
        ("decimal:default=-0", 'Decimal("0.00")'),
        ("decimal(40,2):default=12345678901234567890123456789012345678.9", None),
        ("int:default=007", "7"),
        ("float:default=2", "2.0"),
        ("bool:default=TRUE", "True"),
        ("text:default=''", "''"),
        ("text:default=cafe\u0301", "'caf\u00e9'"),
        ("str(4):default=cafe\u0301", "'caf\u00e9'"),
        ("str:default='it is 100%, ${x} and {y}'", "'it is 100%, ${x} and {y}'"),
    ],
)
def test_a_default_is_what_the_database_will_give_back(given: str, source: str | None) -> None:
    longest = 'Decimal("12345678901234567890123456789012345678.90")'

    assert parse_field(f"a:{given}").default == (source or longest)


def test_the_longest_choice_with_a_line_below_it_is_none() -> None:
    """Joined, many choices would be a line that no formatter can break."""
    choices = [f"choice_{number}" for number in range(100)]

    wrong, _ = parse_field(f"a:enum({','.join(choices)})").kind.wrong

    assert ast.literal_eval(wrong) not in choices
    assert len(wrong) < 20


def test_a_field_is_read_with_all_its_constraints() -> None:
    fields = parse_fields("""
        code:str:34:unique:index status:enum(a, b):default=b
        note:str(20):optional:default='at 12:00, "sharp"' """)

    assert [(f.name, f.unique, f.index, f.optional, f.default) for f in fields] == [
        ("code", True, True, False, None),
        ("status", False, False, False, "b"),
        ("note", False, False, True, "'at 12:00, \"sharp\"'"),
    ]
    assert fields[0].kind.column == "String(34)"
    assert fields[1].kind.members == ("a", "b")


@pytest.mark.parametrize("given", ["decimal(8,8)", "decimal(20,8)", "decimal(30,29)"])
def test_examples_of_small_numbers_have_every_digit(given: str) -> None:
    for example in parse_field(f"a:{given}").kind.examples:
        assert "E" not in example


def test_what_is_unique_in_any_case_is_looked_for_in_any_case() -> None:
    fields = parse_fields("email:str(40):unique(ci):index code:str:unique")
    resource = Resource(plural="things", model="Thing", fields=fields)

    assert [(field.unique, field.in_any_case) for field in fields] == [(True, True), (True, False)]
    assert resource.unique_in_any_case == fields[:1]
    assert Trial(resource).lists[4:] == [
        ("{\"email\": 'email 2'}", [0]),
        ("{\"email\": 'email 2'.upper()}", [0]),
        ("{\"code\": 'code 2'}", [0]),
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_examples_are_in_order_and_not_among_what_is_refused(kind: str) -> None:
    given = {"enum": "enum(a,b)", "ref": "ref(customers)"}.get(kind, kind)
    field = parse_field(f"some_id:{given}")
    if field.kind.refers_to:
        return
    examples = [ast.literal_eval(example) for example in field.kind.examples]
    if field.sortable or field.unique:
        assert examples == sorted(examples)
    assert not set(field.kind.examples) & set(field.kind.wrong)


def test_a_list_offers_what_an_index_serves() -> None:
    fields = parse_fields(
        "a:int:index b:str:index c:str:index:optional d:bool e:date f:json g:int:unique"
    )
    resource = Resource(plural="things", model="Thing", fields=fields)

    assert resource.sorts == ["id", "-id", "a", "-a", "b", "-b"]
    assert [name for field in fields for name in field.parameters] == [
        *("min_a", "max_a", "b", "c", "d", "g")
    ]


def test_what_has_a_default_or_is_optional_may_be_left_out() -> None:
    fields = parse_fields("a:int b:int:optional c:int:default=5")

    assert [field.required for field in fields] == [True, False, False]
