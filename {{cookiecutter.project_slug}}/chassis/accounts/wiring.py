"""What accounts hold while the service runs; the composition asks for it in one line."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from typing import TYPE_CHECKING

import structlog
from fastapi import FastAPI

from chassis.accounts.api_keys import PREFIX, ApiKeys
from chassis.accounts.login.passwords import Passwords
from chassis.accounts.observer import Unobserved
from chassis.accounts.routes.api_keys import router as api_keys
from chassis.accounts.routes.sessions import router as sessions
from chassis.accounts.routes.users import router as users
from chassis.accounts.service import Accounts
from chassis.accounts.sessions.revocations import Revocations
from chassis.accounts.settings import AccountSettings
from chassis.concurrency.background import in_background
from chassis.settings.auth import SECRET
from chassis.settings.faults import SettingsError

if TYPE_CHECKING:
    from chassis.accounts.observer import Observer
    from chassis.observability.metrics.recording import Recorders

ROUTERS = [sessions, api_keys, users]


@asynccontextmanager
async def accounts(
    app: FastAPI, settings: AccountSettings, metrics: "Recorders | None"
) -> AsyncIterator[None]:
    """For `app.state.accounts`; None where no key is set, and nobody can sign in.

    Raises SettingsError for that in production.
    """
    database, authentication = app.state.database, app.state.authentication
    issuer, app.state.accounts = authentication.issuer, None
    if issuer is None:
        if app.state.settings.production:
            raise SettingsError([f"AUTH_KEYS is missing: nobody could sign in; make one: {SECRET}"])
        structlog.get_logger().warning("nobody can sign in", because="AUTH_KEYS is not set")
        yield
        return
    observer = _observer(metrics)
    kept = settings.access_ttl + settings.leeway
    revocations = Revocations(database, authentication.revoked, settings.revocation_poll, kept)
    passwords = Passwords(settings.hashes_at_once, settings.hashes_waiting, observer)
    authentication.accept(PREFIX, ApiKeys(database, issuer.name).check)
    app.state.accounts = Accounts(database, issuer, passwords, revocations, settings, observer)
    with closing(passwords):
        async with in_background(revocations.watch()):
            yield


def _observer(metrics: "Recorders | None") -> "Observer":
    if metrics is None:
        return Unobserved()
    from chassis.accounts.metrics import AccountRecorder  # noqa: PLC0415  they are on

    return AccountRecorder(metrics.registry)
