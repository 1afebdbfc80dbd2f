"""API keys over HTTP. Never `Once`: it would store the key that is shown once."""

from uuid import UUID

from fastapi import APIRouter

from chassis.accounts import api_keys
from chassis.accounts.routes.callers import SignedIn
from chassis.accounts.routes.sessions import TAG
from chassis.accounts.schemas import ApiKeyCreate, ApiKeyCreated, ApiKeyRead
from chassis.auth.problems import insufficient_scope
from chassis.problems import Conflict, Forbidden, NotFound
from chassis.web.openapi import problems
from chassis.web.sessions import PrimaryReadSession, Session

router = APIRouter(prefix="/v1/auth/api-keys", tags=[TAG])
MOST = 100
"""Of one user: a list of more is read by nobody."""


@router.post(
    "", status_code=201, response_model=ApiKeyCreated, responses=problems(Forbidden, Conflict)
)
async def create_api_key(body: ApiKeyCreate, caller: SignedIn, session: Session) -> object:
    """For a machine that calls as you do. The key is in this answer alone."""
    scopes = caller.user.scopes if body.scopes is None else body.scopes
    if lacking := set(scopes).difference(caller.user.scopes):
        raise insufficient_scope(lacking)
    if await api_keys.count(session, caller.user.id) >= MOST:
        message = f"You have {MOST} API keys. Revoke those that are not used."
        raise Conflict(message)
    row, key = await api_keys.issue(
        session, caller.user.id, body.name, scopes, body.expires_in_days
    )
    return ApiKeyCreated(**ApiKeyRead.model_validate(row).model_dump(), key=key)


@router.get("", response_model=list[ApiKeyRead])
async def list_api_keys(caller: SignedIn, session: PrimaryReadSession) -> object:
    """Those that are not revoked; an expired one too."""
    return (await session.scalars(api_keys.of(caller.user.id))).all()


@router.delete("/{key_id}", status_code=204, responses=problems(NotFound))
async def revoke_api_key(key_id: UUID, caller: SignedIn, session: Session) -> None:
    """It is out at once."""
    if not await api_keys.revoke(session, caller.user.id, key_id):
        message = f"You have no API key {key_id}."
        raise NotFound(message)
