"""Without a key, development has a language model that repeats."""

import sys
from pathlib import Path

import httpx
import pytest
from pydantic import BaseModel

from app.features.analyses.models import DIMENSIONS
from app.features.analyses.schemas import Findings
from chassis.llm.messages import Message
from tests.chassis.llm.models import asking
from tests.support.serving import start, until
from tools.llm_stub import __main__ as stub
from tools.llm_stub.answers import filled_in, vector

ASK = """
import os, signal
print(os.environ["LLM_BASE_URL"], flush=True)
signal.pause()
"""


class Form(BaseModel):
    number: int
    maybe: str | None = None
    nested: list[Findings]


def test_it_fills_in_any_form() -> None:
    Form.model_validate(filled_in(Form.model_json_schema()))


def test_its_vectors_fit_the_table_and_are_alike_for_alike_texts() -> None:
    assert len(vector("a lamp")) == DIMENSIONS
    assert vector("a lamp") == vector("lamp A")
    assert vector("") == [0.0] * DIMENSIONS


async def test_it_speaks_as_the_service_asks_and_ends_with_it() -> None:
    with start("-m", "tools.llm_stub", "--", sys.executable, "-c", ASK, env={}) as process:
        assert process.stdout is not None
        told = process.stdout.readline()
        url = process.stdout.readline().strip()
        assert told == (
            f"Language model: a stub that repeats, at {url}; LLM_BASE_URL sets a real one.\n"
        )
        async with asking(url) as model:
            hello = [Message("user", "Hello, model")]
            said = [piece async for piece in model.stream(hello, caller="ada")]
            assert "".join(said) == "You said: Hello, model "
            found = await model.answer(hello, Findings, caller="ada")
            assert found.mood == "good"
            (vector,) = await model.embed(["Hello"], caller="ada")
            assert len(vector) == DIMENSIONS

    assert until(lambda: _is_gone(url))


def _is_gone(url: str) -> bool:
    try:
        httpx.get(url, timeout=1)
    except httpx.HTTPError:
        return True
    return False


def test_it_stays_away_where_a_model_is_set(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(stub, "PROJECT", tmp_path)
    assert not stub.is_set()
    (tmp_path / ".env").write_text("# LLM_BASE_URL=\nLLM_BASE_URL=https://m.example/v1\n")
    assert stub.is_set()
    (tmp_path / ".env").write_text("# LLM_BASE_URL=https://m.example/v1\n")
    assert not stub.is_set()
    monkeypatch.setenv("LLM_BASE_URL", "https://m.example/v1")
    assert stub.is_set()
