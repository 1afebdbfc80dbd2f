"""Providers differ in what their tokens say: what settings make of it."""

from typing import Any

import pytest

from chassis.auth.principal import Principal
from chassis.auth.problems import InvalidToken
from chassis.auth.tokens import Key, Rules, TokenVerifier
from tests.chassis.auth.forging import Forge

SECRET = b"a secret of the tests that is long enough"


class OneKey:
    async def key(self, kid: str | None) -> Key | None:
        return Key(SECRET, ["HS256"]) if kid == "one" else None


async def verified(token: str, **rules: Any) -> Principal:
    told = Rules(**{"issuer": "https://id.example", "audiences": ["shop"], **rules})
    principal, _ = await TokenVerifier([(OneKey(), told)]).verify(token)
    return principal


@pytest.fixture
def forge() -> Forge:
    return Forge(SECRET, "HS256", "one", "https://id.example", "shop")


async def test_all_that_a_token_says_is_at_hand(forge: Forge) -> None:
    principal = await verified(forge.token(email="ada@shop.example", sid="s1"))
    assert principal.claims["email"] == "ada@shop.example"
    assert (principal.session, principal.issuer, principal.kind) == (
        "s1",
        "https://id.example",
        "token",
    )


async def test_a_token_ends_when_it_says(forge: Forge) -> None:
    rules = Rules("https://id.example", ["shop"])
    _, ends = await TokenVerifier([(OneKey(), rules)]).verify(forge.token())
    assert ends == forge.claims["exp"]


@pytest.mark.parametrize("audience", [["other", "shop"], "shop"])
async def test_one_of_several_audiences_is_enough(forge: Forge, audience: Any) -> None:
    assert (await verified(forge.token(aud=audience))).id == "ada"
    assert (await verified(forge.token(aud=audience), audiences=["all", "shop"])).id == "ada"


@pytest.mark.parametrize("typ", ["at+jwt", "AT+JWT", "application/at+jwt"])
async def test_a_type_may_be_written_in_full(forge: Forge, typ: str) -> None:
    assert (await verified(forge.token(header={"typ": typ}))).id == "ada"


async def test_a_token_of_cognito(forge: Forge) -> None:
    """No audience but `client_id`, no type, and `token_use` says what it is for."""
    rules = {
        "audience_claim": "client_id",
        "types": frozenset({""}),
        "required": {"token_use": "access"},
    }
    said: dict[str, Any] = {"client_id": "shop", "token_use": "access"}
    token = Forge(SECRET, "HS256", "one", "https://id.example", "any")
    del token.claims["aud"]

    assert (await verified(token.token(without="typ", **said), **rules)).id == "ada"
    refused: list[dict[str, Any]] = [
        {"client_id": "other"},
        {"token_use": "id"},
        {"client_id": None},
    ]
    for wrong in refused:
        with pytest.raises(InvalidToken):
            await verified(token.token(without="typ", **{**said, **wrong}), **rules)
    with pytest.raises(InvalidToken):
        await verified(token.token(without="client_id", **said, header={"typ": None}), **rules)


async def test_a_token_of_keycloak(forge: Forge) -> None:
    """Its type is `JWT`, and its roles are within a claim."""
    token = forge.token(header={"typ": "JWT"}, realm_access={"roles": ["admin", "clerk"]})
    rules = {"types": frozenset({"jwt"}), "scope_claim": "realm_access.roles"}

    assert (await verified(token, **rules)).scopes == {"admin", "clerk"}


@pytest.mark.parametrize(
    ("claims", "path", "scopes"),
    [
        ({"scope": "a  b"}, "scope", {"a", "b"}),
        ({"scp": ["a", "b"]}, "scp", {"a", "b"}),
        ({"https://shop.example/roles": ["a"]}, "https://shop.example/roles", {"a"}),
        ({"scope": ""}, "scope", set()),
        ({}, "permissions", set()),
        ({}, "realm_access.roles", set()),
        ({"realm_access": []}, "realm_access.roles", set()),
    ],
)
async def test_scopes_are_where_the_provider_puts_them(
    forge: Forge, claims: dict[str, Any], path: str, scopes: set[str]
) -> None:
    assert (await verified(forge.token(**claims), scope_claim=path)).scopes == scopes


async def test_clocks_may_differ_a_little(forge: Forge) -> None:
    now = forge.claims["iat"]
    late, early = forge.token(exp=now - 5), forge.token(nbf=now + 60, iat=now + 60)

    assert (await verified(late, leeway=60)).id == "ada"
    assert (await verified(early, leeway=90)).id == "ada"
    with pytest.raises(InvalidToken, match="expired"):
        await verified(late)
