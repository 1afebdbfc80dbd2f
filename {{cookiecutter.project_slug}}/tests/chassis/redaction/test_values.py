"""What becomes of a value that has secrets in it."""

from collections import namedtuple
from dataclasses import dataclass
from typing import Any

import pytest
from pydantic import BaseModel

from chassis.redaction.values import redact
from tests.chassis.redaction.examples import RANDOM

Login = namedtuple("Login", ["user", "password"])  # noqa: PYI024  as libraries have them


@dataclass
class Account:
    name: str
    api_key: str


class Form(BaseModel):
    name: str
    password: str


class Unprintable:
    def __repr__(self) -> str:
        raise RuntimeError


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"a": [{"refreshToken": "hunter2", "b": 1}]}, {"a": [{"refreshToken": "***", "b": 1}]}),
        ({"secret": {"a": "hunter2"}, "b": None}, {"secret": "***", "b": None}),
        ({b"x-api-key": b"hunter2", 1: "a"}, {b"x-api-key": "***", 1: "a"}),
        ([(b"authorization", b"hunter2"), ("a", "b")], [[b"authorization", "***"], ["a", "b"]]),
        ([["cookie", "hunter2"]], [["cookie", "***"]]),
        (["password", "email"], ["password", "email"]),
        ({"pair": ("password", "hunter2")}, {"pair": ["password", "***"]}),
        (("password", "letters"), ["password", "***"]),
        (["password", "hunter2"], ["password", "***"]),
        ((b"cookie", b"hunter2"), [b"cookie", "***"]),
        (("password", None), ["password", None]),
        (["psql", "--password", "hunter2", "-x"], ["psql", "--password", "***", "-x"]),
        (["-token", "hunter2"], ["-token", "***"]),
        (["--token-file", "x", "--"], ["--token-file", "x", "--"]),
        ({"mailer_key": RANDOM, "sort_key": RANDOM}, {"mailer_key": "***", "sort_key": RANDOM}),
        (b"Bearer hunter2", "b'Bearer ***'"),
        ({"Bearer hunter2"}, "{'Bearer ***'}"),
        (Account("a", "hunter2"), "Account(name='a', api_key='***')"),
        (Form(name="a", password="hunter2"), "Form(name='a', password='***')"),
        (Login("a", "hunter2"), "Login(user='a', password='***')"),
        (ValueError("password=hunter2"), "ValueError('password=***')"),
        ({"max_tokens": 5, "token": None}, {"max_tokens": 5, "token": None}),
    ],
)
def test_secrets_are_hidden_wherever_they_are(value: Any, expected: Any) -> None:
    assert redact(value) == expected


@pytest.mark.parametrize(
    "value", [b"bytes", {1, 2}, Account, Unprintable(), 2.5, 7, True, None, "text", object()]
)
def test_what_holds_none_stays_what_it_is(value: object) -> None:
    assert redact(value) is value


def test_what_is_too_deep_is_cut_off() -> None:
    value: list[Any] = []
    value.append(value)

    assert str(redact(value)).endswith("'...'" + "]" * 21)
