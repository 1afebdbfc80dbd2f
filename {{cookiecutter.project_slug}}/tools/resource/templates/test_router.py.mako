<% one, many = r.model, r.plural %>\
"""${words.capitalize()} over HTTP."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from sqlalchemy import func

% for parent in r.parents:
% for row in parent.rows:
from ${row.module} import ${row.model}
% endfor
% endfor
from chassis.database.session import Database
from tests.support.clients import Client

% if trial.rows[0]:
THREE: list[dict[str, Any]] = [
% for row in trial.rows:
    {${", ".join(f'"{name}": {value}' for name, value in row.items())}},
% endfor
]
% else:
THREE: list[dict[str, Any]] = [{}, {}, {}]
% endif
% for parent in r.parents:


@pytest.fixture
async def ${parent.field}(database: Database) -> str:
    async with database.transaction() as session:
% for row in parent.rows:
        ${row.name} = ${row.model}(${", ".join(f"{column}={value}" for column, value in row.values.items())})
        session.add(${row.name})
        await session.flush()
% endfor
        return str(${parent.rows[-1].name}.id)
% endfor


@pytest.fixture
def ${r.singular}(${", ".join(f"{parent.field}: str" for parent in r.parents)}) -> dict[str, Any]:
    """All that a client may send."""
    return {
% for field in r.fields:
        "${field.name}": ${field.name if field.kind.refers_to else field.kind.examples[0]},
% endfor
    }


async def create(client: Client, body: dict[str, Any]) -> dict[str, Any]:
    response = await client.post("${r.path}", json=body)
    assert response.status_code == 201, response.text
    created: dict[str, Any] = response.json()
    return created


async def test_a_created_${r.singular}_can_be_read_at_its_location(
    client: Client, ${r.singular}: dict[str, Any]
) -> None:
    response = await client.post("${r.path}", json=${r.singular})

    assert response.status_code == 201
    created = response.json()
    assert created.items() >= ${r.singular}.items()
    assert created["version"] == 1
    read = await client.get(response.headers["location"])
    assert (read.status_code, read.json()) == (200, created)


async def test_${r.article}_${r.singular}_sent_again_with_its_key_is_created_once(
    client: Client, ${r.singular}: dict[str, Any]
) -> None:
    headers = {"Idempotency-Key": str(uuid4())}
    first = await client.post("${r.path}", json=${r.singular}, headers=headers)
    again = await client.post("${r.path}", json=${r.singular}, headers=headers)

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert len((await client.get("${r.path}")).json()["items"]) == 1
% if not all(field.required for field in r.fields):


async def test_what_is_left_out_has_its_default(client: Client, ${r.singular}: dict[str, Any]) -> None:
    defaults = {${", ".join(f'"{f.name}": {trial.left_out(f)}' for f in r.fields if not f.required)}}
    body = {name: value for name, value in ${r.singular}.items() if name not in defaults}

    created = await create(client, body)

    assert created.items() >= defaults.items()
% endif
% if any(field.required for field in r.fields):


@pytest.mark.parametrize("field", [${", ".join(f'"{field.name}"' for field in r.fields if field.required)}])
async def test_what_is_missing_is_refused_by_name(
    client: Client, ${r.singular}: dict[str, Any], field: str
) -> None:
    del ${r.singular}[field]

    response = await client.post("${r.path}", json=${r.singular})

    assert response.status_code == 422
    assert [error["loc"] for error in response.json()["errors"]] == [["body", field]]
% endif
% if r.unique:


@pytest.mark.parametrize("field", [${", ".join(f'"{field.name}"' for field in r.unique)}])
async def test_a_second_${r.singular}_with_the_same_unique_value_is_refused(
    client: Client, ${r.singular}: dict[str, Any], field: str
) -> None:
    await create(client, ${r.singular})
    other = await create(client, ${r.singular} | THREE[0])
    taken = {field: ${r.singular}[field]}

    for response in (
        await client.post("${r.path}", json=${r.singular} | THREE[2] | taken),
        await client.patch(f"${r.path}/{other['id']}", json=taken),
    ):
        assert response.status_code == 409
        assert response.json()["type"] == "/problems/already-exists"
        assert f"uq_${many}_{field}" in response.json()["detail"]
% endif
% for field in r.unique_in_any_case:


async def test_the_${field.name}_of_another_${r.singular}_is_taken_in_any_case(
    client: Client, ${r.singular}: dict[str, Any]
) -> None:
    created = await create(client, ${r.singular} | {"${field.name}": "a"})

    response = await client.post("${r.path}", json=${r.singular} | THREE[2] | {"${field.name}": "A"})
    assert response.status_code == 409
    assert "uq_${many}_${field.name}" in response.json()["detail"]
    response = await client.patch(f"${r.path}/{created['id']}", json={"${field.name}": "A"})
    assert response.status_code == 200
% endfor
% for parent in r.parents:


async def test_${r.article}_${r.singular}_needs_a_${parent.field.removesuffix("_id")}_that_exists(
    client: Client, ${r.singular}: dict[str, Any]
) -> None:
    created = await create(client, ${r.singular})
    nobody = {"${parent.field}": str(uuid4())}

    for response in (
        await client.post("${r.path}", json=${r.singular} | ${"THREE[0] | " if r.unique else ""}nobody),
        await client.patch(f"${r.path}/{created['id']}", json=nobody),
    ):
        assert response.status_code == 409
        assert response.json()["type"] == "/problems/reference-missing"
        assert "fk_${many}_${parent.field}" in response.json()["detail"]
% if parent.deletable:


async def test_the_${parent.field.removesuffix("_id")}_of_${r.article}_${r.singular}_stays(
    client: Client, ${r.singular}: dict[str, Any]
) -> None:
    await create(client, ${r.singular})

    response = await client.delete(f"${parent.path}/{${r.singular}['${parent.field}']}")

    assert response.status_code == 409
    assert response.json()["type"] == "/problems/still-referenced"
% endif


async def test_lists_are_narrowed_to_one_${parent.field.removesuffix("_id")}(
    client: Client, ${r.singular}: dict[str, Any]
) -> None:
    created = await create(client, ${r.singular})

    for wanted, expected in ((${r.singular}["${parent.field}"], [created["id"]]), (str(uuid4()), [])):
        response = await client.get("${r.path}", params={"${parent.field}": wanted})
        assert [item["id"] for item in response.json()["items"]] == expected
% endfor


@pytest.mark.parametrize(
    ("field", "value"),
    [
% for field in r.fields:
% for value in (*field.kind.wrong, *([] if field.optional or field.kind.python == "Any" else ["None"])):
        ("${field.name}", ${value}),
% endfor
% endfor
        ("Unknown", "red"),
    ],
)
async def test_an_unacceptable_value_is_refused_by_name(
    client: Client, ${r.singular}: dict[str, Any], field: str, value: object
) -> None:
    created = await create(client, ${r.singular})
    path = f"${r.path}/{created['id']}"

    for response in (
        await client.post("${r.path}", json=${r.singular} | {field: value}),
        await client.patch(path, json={field: value}),
    ):
        assert response.status_code == 422
        assert [error["loc"] for error in response.json()["errors"]] == [["body", field]]
    assert (await client.get(path)).json() == created
% if trial.changeable:


async def test_an_update_changes_what_it_names_and_nothing_else(
    client: Client, ${r.singular}: dict[str, Any]
) -> None:
    created = await create(client, ${r.singular})
    changes: dict[str, Any] = {"${trial.changeable.name}": ${trial.changeable.kind.examples[1]}}

    response = await client.patch(f"${r.path}/{created['id']}", json=changes)

    assert response.status_code == 200
    updated = response.json()
    assert updated["updated_at"] > created["updated_at"]
    expected = {**changes, "version": 2, "updated_at": updated["updated_at"]}
    assert updated == created | expected
% endif
% if any(field.optional for field in r.fields):


@pytest.mark.parametrize("field", [${", ".join(f'"{field.name}"' for field in r.fields if field.optional)}])
async def test_an_optional_value_can_be_taken_back(
    client: Client, ${r.singular}: dict[str, Any], field: str
) -> None:
    created = await create(client, ${r.singular})

    response = await client.patch(f"${r.path}/{created['id']}", json={field: None})

    assert (response.status_code, response.json()[field]) == (200, None)
% endif


async def test_only_the_version_a_client_has_read_is_changed_and_deleted(
    client: Client, ${r.singular}: dict[str, Any], sql: Any
) -> None:
    path = f"${r.path}/{(await create(client, ${r.singular}))['id']}"
    headers = {"If-Match": (await client.get(path)).headers["etag"]}
    assert (await client.patch(path, json={}, headers=headers)).status_code == 200
    await sql.execute("UPDATE ${many} SET version = version + 1")

    for refused in (
        await client.patch(path, json={}, headers=headers),
        await client.delete(path, headers=headers),
    ):
        assert refused.status_code == 412
        assert refused.json()["type"] == "/problems/precondition-failed"
    assert (await client.delete(path, headers={"If-Match": '"2"'})).status_code == 204


async def test_${r.article}_${r.singular}_is_sent_again_only_when_it_has_changed(
    client: Client, ${r.singular}: dict[str, Any], sql: Any
) -> None:
    path = f"${r.path}/{(await create(client, ${r.singular}))['id']}"
    headers = {"If-None-Match": (await client.get(path)).headers["etag"]}

    same = await client.get(path, headers=headers)
    assert (same.status_code, same.content) == (304, b"")

    await sql.execute("UPDATE ${many} SET version = version + 1")
    assert (await client.get(path, headers=headers)).status_code == 200


async def test_a_deleted_${r.singular}_is_gone(client: Client, ${r.singular}: dict[str, Any]) -> None:
    path = f"${r.path}/{(await create(client, ${r.singular}))['id']}"

    assert (await client.delete(path)).status_code == 204
    for response in (await client.get(path), await client.delete(path)):
        assert response.status_code == 404


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
async def test_an_unknown_${r.singular}_is_not_found(client: Client, method: str) -> None:
    key = uuid4()

    response = await client.request(method, f"${r.path}/{key}", json={})

    assert response.status_code == 404
    assert response.json()["detail"] == f"${one} {key} does not exist."


@pytest.mark.parametrize(
    ("query", "expected"),
    [
% for query, expected in trial.lists:
        (${query}, ${expected}),
% endfor
    ],
)
async def test_lists_are_filtered_and_sorted(
    client: Client, ${r.singular}: dict[str, Any], query: dict[str, Any], expected: list[int]
) -> None:
    keys = [(await create(client, ${r.singular} | values))["id"] for values in THREE]

    response = await client.get("${r.path}", params=query)

    assert response.status_code == 200
    assert [keys.index(item["id"]) for item in response.json()["items"]] == expected


@pytest.mark.parametrize("query", ["sort=unknown", "limit=0", "limit=201", "Unknown=red"])
async def test_an_unknown_or_wrong_parameter_is_refused_by_name(client: Client, query: str) -> None:
    response = await client.get(f"${r.path}?{query}")

    assert response.status_code == 422
    assert response.json()["errors"][0]["loc"] == ["query", query.partition("=")[0]]


@pytest.mark.parametrize("sort", [${", ".join(f'"{sort}"' for sort in r.sorts)}])
async def test_following_the_links_shows_every_${r.singular}_once(
    client: Client, ${r.singular}: dict[str, Any], sort: str
) -> None:
    for values in THREE:
        await create(client, ${r.singular} | values)
    whole = (await client.get("${r.path}", params={"sort": sort})).json()["items"]

    seen, path = [], f"${r.path}?limit=1&sort={sort}"
    while path:
        response = await client.get(path)
        assert response.status_code == 200
        seen += response.json()["items"]
        path = response.links.get("next", {}).get("url", "")

    assert len(seen) == 3
    assert seen == whole
