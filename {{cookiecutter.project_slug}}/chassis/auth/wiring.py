"""What the service knows of callers, as its settings say; without any, nothing is imported."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from chassis.auth.authentication import Authentication
from chassis.auth.observer import Observer, Unobserved
from chassis.settings.auth import AuthSettings

if TYPE_CHECKING:
    from chassis.auth.issuer import Issuer


@asynccontextmanager
async def authentication(
    settings: AuthSettings, service: str, observer: Observer | None = None
) -> AsyncIterator[Authentication]:
    """For `app.state.authentication`. Of its own tokens the service is issuer and audience."""
    observer = observer or Unobserved()
    if not settings.verifies_tokens:
        yield Authentication(observer=observer)
        return
    from chassis.auth.verification import verification  # noqa: PLC0415  PyJWT takes a while

    async with verification(settings, own_issuer(settings, service), observer) as found:
        yield found


def own_issuer(settings: AuthSettings, service: str) -> "Issuer | None":
    """Signs with the first of AUTH_KEYS; None where there are none."""
    if not settings.keys:
        return None
    from chassis.auth.issuer import Issuer  # noqa: PLC0415  there are keys
    from chassis.auth.own_keys import own_key  # noqa: PLC0415  there are keys

    keys = [own_key(it.get_secret_value()) for it in settings.keys]
    audience = settings.audience or service
    return Issuer(keys, settings.issuer or service, audience, settings.access_ttl)
