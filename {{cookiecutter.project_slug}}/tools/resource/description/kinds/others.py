"""What is neither text nor number nor time."""

from collections.abc import Sequence

from tools.resource.description.kinds.kind import Kind
from tools.resource.errors import Refusal


def boolean(_: str, __: Sequence[str]) -> Kind:
    def default(text: str) -> str:
        if text.lower() not in {"true", "false"}:
            message = "true or false"
            raise ValueError(message)
        return text.capitalize()

    return Kind(
        python="bool",
        body="Bool",
        query="bool",
        examples=("False", "True", "True"),
        wrong=('"yes"', "1"),
        unique=False,
        default=default,
    )


def uuid(_: str, __: Sequence[str]) -> Kind:
    first, second, third = (f'"00000000-0000-4000-8000-00000000000{n}"' for n in (1, 2, 3))
    return Kind(
        python="UUID",
        body="UUID",
        examples=(first, second, third),
        wrong=('"x"', "5", r'"a\0b"'),
    )


def json(_: str, __: Sequence[str]) -> Kind:
    return Kind(
        python="Any",
        body="Json",
        column="JSONB",
        examples=('{"a": [1, None, "b"]}', '{"a": []}', "[]"),
        wrong=(r'{"a": ["\0"]}', "[2**63]"),
        indexable=False,
        unique=False,
    )


def reference(name: str, arguments: Sequence[str]) -> Kind:
    if len(arguments) != 1 or not arguments[0]:
        message = f"A ref needs one feature, such as {name}:ref(products)."
        raise Refusal(message)
    if not name.endswith("_id") or name == "_id":
        message = f"A ref holds an ID: call it {name}_id."
        raise Refusal(message)
    return Kind(
        python="UUID",
        body="UUID",
        examples=("", "", ""),  # the test makes one
        wrong=('"x"', "5"),
        unique=False,
        refers_to=arguments[0],
    )
