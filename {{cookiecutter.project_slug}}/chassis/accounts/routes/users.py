"""Users over HTTP, for administrators; and registration, where it is switched on."""

from typing import Annotated
from uuid import UUID

import structlog
from fastapi import APIRouter, Depends, Query, Request, Response

from chassis.accounts.models import User
from chassis.accounts.problems import OwnAccount, TooBusy
from chassis.accounts.routes.callers import Administrator, may_register
from chassis.accounts.schemas import UserCreate, UserQuery, UserRead, UserUpdate
from chassis.accounts.service import CurrentAccounts
from chassis.accounts.users import UserRepository, change
from chassis.auth.guards import public
from chassis.problems import AlreadyExists, NotFound, PreconditionFailed
from chassis.web.conditional import matching, not_modified, tagged, tags
from chassis.web.openapi import Tag, problems
from chassis.web.pagination import PageOf, link_next
from chassis.web.responses import created
from chassis.web.sessions import PrimaryReadSession

router = APIRouter(
    prefix="/v1/users", tags=[Tag("users", "Who may sign in, and what they may do.")]
)


@router.post(
    "",
    status_code=201,
    response_model=UserRead,
    dependencies=[Depends(may_register)],
    responses=tags(201) | problems(AlreadyExists, TooBusy),
)
@public
async def create_user(body: UserCreate, accounts: CurrentAccounts) -> Response:
    """For anybody where registration is on, else for administrators. Without scopes."""
    password_hash = await accounts.login.hash(body.password.get_secret_value())
    async with accounts.database.transaction() as session:
        user = User(email=body.email, password_hash=password_hash, scopes=[])
        await UserRepository(session).create(user)
        return created(user, UserRead, f"{router.prefix}/{user.id}")


@router.get("", response_model=PageOf[UserRead])
async def list_users(
    query: Annotated[UserQuery, Query()],
    _: Administrator,
    session: PrimaryReadSession,
    request: Request,
    response: Response,
) -> object:
    """A page of them, narrowed and sorted as asked."""
    users = UserRepository(session)
    page = await users.search(query)
    link_next(page, request, response)
    return page


@router.get("/{user_id}", response_model=UserRead, responses=tags(200, 304) | problems(NotFound))
async def get_user(
    user_id: UUID,
    _: Administrator,
    session: PrimaryReadSession,
    request: Request,
    response: Response,
) -> User | Response:
    """With the `ETag` of an earlier answer in `If-None-Match`: 304 unless it has changed."""
    user = await UserRepository(session).get(user_id)
    return not_modified(user, request) or tagged(user, response)


@router.patch(
    "/{user_id}",
    response_model=UserRead,
    responses=tags(200) | problems(NotFound, OwnAccount, PreconditionFailed),
)
async def update_user(
    user_id: UUID,
    body: UserUpdate,
    admin: Administrator,
    accounts: CurrentAccounts,
    request: Request,
    response: Response,
) -> User:
    """Disable or enable a user, and say what it may do.

    With the `ETag` in `If-Match`: 412 when outdated.
    """
    if admin.id == str(user_id):
        raise OwnAccount
    async with accounts.database.transaction() as session:
        user = await UserRepository(session).get(user_id)
        with matching(user, request):
            ended = await change(session, user, disabled=body.disabled, scopes=body.scopes)
    accounts.revocations.add(ended)
    structlog.get_logger().info("user changed", user=str(user_id), by=admin.id)
    return tagged(user, response)
