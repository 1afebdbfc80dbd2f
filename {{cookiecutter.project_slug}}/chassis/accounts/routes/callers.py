"""Who calls, read anew: what changes accounts relies on no token, which may be minutes old."""

from typing import Annotated, NamedTuple
from uuid import UUID

from fastapi import Depends

from chassis.accounts.api_keys import KIND
from chassis.accounts.models import User
from chassis.accounts.service import CurrentAccounts
from chassis.accounts.users import ADMIN, UserRepository
from chassis.auth.guards import Authenticated, MaybeAuthenticated, Requires
from chassis.auth.principal import Principal
from chassis.auth.problems import ended, insufficient_scope, missing_credentials
from chassis.problems import Forbidden
from chassis.web.sessions import PrimaryReadSession


class Caller(NamedTuple):
    """A user who is signed in here."""

    user: User
    session_id: UUID


async def signed_in(
    principal: Authenticated, session: PrimaryReadSession, accounts: CurrentAccounts
) -> Caller:
    """Raises Forbidden for other credentials: an API key makes no keys, and ends no session."""
    ids = _ids(principal) if principal.issuer == accounts.issuer else None
    if ids is None:
        message = "Sign in with a password to do this."
        raise Forbidden(message)
    user_id, session_id = ids
    user = await UserRepository(session).signed_in(user_id, session_id)
    if user is None:
        raise ended()
    return Caller(user, session_id)


def _ids(principal: Principal) -> tuple[UUID, UUID] | None:
    """Of user and session; None in a token that the service has signed for something else."""
    try:
        return UUID(principal.id), UUID(principal.session or "")
    except ValueError:
        return None


SignedIn = Annotated[Caller, Depends(signed_in)]


async def administrator(
    principal: Annotated[Principal, Depends(Requires(ADMIN))],
    session: PrimaryReadSession,
    accounts: CurrentAccounts,
) -> Principal:
    """An API key was read a moment ago, and the tokens of a provider are its own matter."""
    if principal.issuer == accounts.issuer and principal.kind != KIND:
        caller = await signed_in(principal, session, accounts)
        if ADMIN not in caller.user.scopes:
            raise insufficient_scope([ADMIN])
    return principal


Administrator = Annotated[Principal, Depends(administrator)]


async def may_register(
    principal: MaybeAuthenticated, session: PrimaryReadSession, accounts: CurrentAccounts
) -> None:
    """Anybody where AUTH_REGISTRATION says so, else administrators."""
    if accounts.settings.registration:
        return
    if principal is None:
        raise missing_credentials()
    if ADMIN not in principal.scopes:
        raise insufficient_scope([ADMIN])
    await administrator(principal, session, accounts)
