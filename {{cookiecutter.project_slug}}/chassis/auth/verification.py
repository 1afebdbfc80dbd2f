"""Puts together what verifies tokens: keys of the service's own, and those of a provider."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from chassis.auth.authentication import Authentication
from chassis.auth.issuer import ACCESS_TOKEN, Issuer
from chassis.auth.observer import Observer
from chassis.auth.own_keys import OwnKeys
from chassis.auth.remote_keys import RemoteKeys
from chassis.auth.tokens import Keys, Rules, TokenVerifier
from chassis.auth.verified import VerifiedTokens
from chassis.settings.auth import NO_TYPE, AuthSettings


@asynccontextmanager
async def verification(
    settings: AuthSettings, issuer: Issuer | None, observer: Observer
) -> AsyncIterator[Authentication]:
    sources: list[tuple[Keys, Rules]] = []
    verified = VerifiedTokens()
    if issuer is not None:
        sources.append((OwnKeys(issuer.keys), _own_rules(issuer, settings)))
    remote = _remote_keys(settings, observer, verified) if settings.oidc_issuer else None
    if remote is not None:
        sources.append((remote, _rules(settings)))
        remote.refresh()  # beside the start, which does not wait for it
    try:
        yield Authentication(TokenVerifier(sources), issuer, observer, verified)
    finally:
        if remote is not None:
            await remote.close()


def _own_rules(issuer: Issuer, settings: AuthSettings) -> Rules:
    types = frozenset({ACCESS_TOKEN})
    return Rules(issuer.name, [issuer.audience], types, leeway=settings.leeway)


def _rules(settings: AuthSettings) -> Rules:
    types = (it.lower().removeprefix("application/") for it in settings.oidc_token_types)
    return Rules(
        issuer=settings.oidc_issuer,
        audiences=settings.oidc_audience,
        types=frozenset("" if it == NO_TYPE else it for it in types),
        audience_claim=settings.oidc_audience_claim,
        scope_claim=settings.oidc_scope_claim,
        required=settings.oidc_claims,
        leeway=settings.leeway,
    )


def _remote_keys(
    settings: AuthSettings, observer: Observer, verified: VerifiedTokens
) -> RemoteKeys:
    from chassis.auth.fetching import fetch_json  # noqa: PLC0415  aiohttp takes a while
    from chassis.auth.provider import Provider  # noqa: PLC0415  there is a provider

    provider = Provider(
        settings.oidc_issuer, settings.oidc_jwks_url, settings.oidc_algorithms, fetch_json
    )
    return RemoteKeys(provider.keys, observer, verified.forget)
