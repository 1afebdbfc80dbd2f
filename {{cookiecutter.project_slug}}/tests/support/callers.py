"""To test as somebody: tokens as the service itself would issue them.

A service that believes a provider alone gets keys of its own in its tests: `with_keys`.
"""

from typing import Any, TypeVar

from chassis.auth.wiring import own_issuer
from chassis.settings import Settings
from chassis.settings.auth import AuthSettings

KEY = "a key of the tests, which nobody else should ever use"

Headers = dict[str, str]
Kind = TypeVar("Kind", bound=Settings)


def with_keys(settings: Kind, **auth: Any) -> Kind:
    """The same settings, of a service that believes the tokens of `acting_as`."""
    return with_auth(settings, keys=[KEY], **auth)


def with_auth(settings: Kind, **auth: Any) -> Kind:
    kind: type[AuthSettings] = type(settings.auth)
    return settings.model_copy(update={"auth": kind.model_validate(auth)})


def acting_as(settings: Settings, subject: str, *scopes: str, **more: Any) -> Headers:
    """Headers of a request that the subject sends: `client.get(path, headers=acting_as(...))`."""
    issuer = own_issuer(settings.auth, settings.service.name)
    assert issuer is not None, "AUTH_KEYS is empty: make the application with_keys(settings)"
    return bearer(issuer.issue(subject, scopes, **more))


def bearer(token: str) -> Headers:
    return {"Authorization": f"Bearer {token}"}
