"""What a question has to be."""

import pytest

from chassis.problems import InvalidRequest
from chassis.select_ai.questions import checked
from chassis.select_ai.settings import SelectAISettings
from tests.chassis.select_ai.conftest import SET

SETTINGS = SelectAISettings(**SET, max_prompt_chars=10)


def test_the_first_profile_is_asked_unless_one_is_named() -> None:
    assert checked(SETTINGS, "How many?", None) == "sales"
    assert checked(SETTINGS, "How many?", "stock") == "stock"


def test_everything_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(InvalidRequest) as refused:
        checked(SETTINGS, "How many lamps?", "admin")

    assert [error["loc"] for error in refused.value.errors] == [
        ["body", "question"],
        ["body", "profile"],
    ]
    assert refused.value.errors[1]["msg"] == "Input should be one of: sales, stock"
