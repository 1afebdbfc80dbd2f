"""Whether the service knows who calls, and whether its provider can be asked."""

import structlog

from chassis.doctor.facts import Facts
from chassis.doctor.report import Finding, count, error, ok, warning
from chassis.settings import Settings

NOBODY = "Nobody is asked who calls"
SET = "Set AUTH_OIDC_ISSUER or AUTH_KEYS, see docs/who-calls.md, or let only friends reach it."


def callers(settings: Settings, _: Facts) -> Finding:
    auth = settings.auth
    if not auth.verifies_tokens:
        return warning(NOBODY, SET) if settings.production else ok(NOBODY)
    whose = ["its own"] * bool(auth.keys) + [auth.oidc_issuer] * bool(auth.oidc_issuer)
    asked = "Every route that is not public" if auth.required else "Each route that has a guard"
    return ok(f"{asked} asks for a token: {' or '.join(whose)}")


def tell_strangers(settings: Settings) -> None:
    """Once, by the process that starts the workers."""
    if settings.production and not settings.auth.verifies_tokens:
        structlog.get_logger().warning("nobody is asked who calls", reason=SET)


async def provider(settings: Settings) -> dict[str, Finding]:
    """Never raises for what the provider or the network does."""
    auth = settings.auth
    if not auth.oidc_issuer:
        return {}
    from chassis.auth.fetching import fetch_json  # noqa: PLC0415  aiohttp takes a while
    from chassis.auth.provider import Provider  # noqa: PLC0415  so does cryptography
    from chassis.auth.remote_keys import FetchError  # noqa: PLC0415

    asked = Provider(auth.oidc_issuer, auth.oidc_jwks_url, auth.oidc_algorithms, fetch_json)
    try:
        keys = await asked.keys()
    except FetchError as failure:
        change = "Correct AUTH_OIDC_ISSUER or AUTH_OIDC_JWKS_URL, or let the network lead there."
        return {"provider": error(f"Its keys cannot be read: {failure}", change)}
    return {"provider": ok(f"{auth.oidc_issuer} tells {count(len(keys), 'key')} to verify with")}
