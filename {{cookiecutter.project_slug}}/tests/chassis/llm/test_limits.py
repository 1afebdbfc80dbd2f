"""What keeps callers, and servers in need, from being asked too much."""

import pytest

from chassis.llm.breaker import Breaker
from chassis.llm.budgets import Budgets
from chassis.llm.problems import ModelBudgetSpent, ModelUnavailable
from tests.chassis.llm.models import asking, said
from tests.chassis.llm.upstream import status, streams, upstream


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_caller_has_so_many_calls_a_minute() -> None:
    clock = Clock()
    budgets = Budgets(2, 0, clock)
    for _ in range(2):
        budgets.admit("ada")
    with pytest.raises(ModelBudgetSpent) as spent:
        budgets.admit("ada")
    assert spent.value.retry_after == 60
    budgets.admit("bob")

    clock.now += 60
    budgets.admit("ada")


def test_and_so_many_tokens_a_day() -> None:
    budgets = Budgets(0, 100, Clock())
    budgets.admit("ada")
    budgets.charge("ada", 100)

    with pytest.raises(ModelBudgetSpent) as spent:
        budgets.admit("ada")
    assert spent.value.retry_after == 86_400


async def test_what_an_answer_took_is_charged() -> None:
    async with upstream(streams("Yes.")) as server, asking(server.url, tokens_per_day=10) as model:
        assert await said(model) == ["Yes."]
        with pytest.raises(ModelBudgetSpent):
            await said(model)
        assert await said(model, "bob") == ["Yes."]

    assert model.recorder.ends[1] == ("stream", "model-budget-spent")


def test_a_server_that_fails_again_and_again_is_left_alone() -> None:
    clock = Clock()
    breaker = Breaker(2, 10, clock)
    breaker.failed()
    assert breaker.left <= 0
    breaker.failed()
    assert breaker.left == 10

    clock.now += 10
    assert breaker.left <= 0
    breaker.failed()
    assert breaker.left == 10

    clock.now += 10
    breaker.succeeded()
    breaker.failed()
    assert breaker.left <= 0


async def test_it_is_not_even_called_then() -> None:
    async with (
        upstream(status(500)) as server,
        asking(server.url, breaker_failures=2, breaker_seconds=60) as model,
    ):
        with pytest.raises(ModelUnavailable):
            await said(model)
        with pytest.raises(ModelUnavailable) as refused:
            await said(model)

    assert len(server.calls) == 2
    assert refused.value.retry_after in range(1, 61)
