"""JSON that Python calls equal and JSON does not: a change of it is stored."""

from typing import Any

import pytest

from tests.support.clients import Client
from tests.tools.marvels import FIRST, PATH

PAIRS = [(True, 1), (False, 0), (1, 1.0), (1.0, True)]
PLACES = ["{}", '{{"a": {}}}', '{{"a": [0, {{"b": {}}}]}}', "[[{}]]"]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    ("before", "after"), [*PAIRS, *[(two, one) for one, two in PAIRS]], ids=str
)
async def test_a_change_that_python_does_not_see_is_stored(
    marvels: Client, before: Any, after: Any, place: str
) -> None:
    old, new = (place.format(str(value).lower()).replace(" ", "") for value in (before, after))
    headers = {"Content-Type": "application/json"}
    path = (await marvels.post(PATH, json=FIRST)).headers["location"]
    first = await marvels.patch(path, content=f'{{"notes": {old}}}', headers=headers)
    assert f'"notes":{old},' in first.text

    changed = await marvels.patch(path, content=f'{{"notes": {new}}}', headers=headers)

    assert changed.json()["version"] == first.json()["version"] + 1
    for response in (changed, await marvels.get(path)):
        assert f'"notes":{new},' in response.text
