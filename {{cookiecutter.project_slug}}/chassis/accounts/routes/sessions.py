"""Signing in and out over HTTP. Never `Once`: it would store the answer, and the tokens in it."""

from fastapi import APIRouter, Request, Response

from chassis.accounts.models import User
from chassis.accounts.problems import InvalidCredentials, SessionEnded, TooBusy, TooManyFailures
from chassis.accounts.routes import browsers
from chassis.accounts.routes.callers import SignedIn
from chassis.accounts.schemas import Credentials, PasswordChange, Refresh, TokensRead, UserRead
from chassis.accounts.service import Accounts, CurrentAccounts, Tokens
from chassis.auth.guards import public
from chassis.problems import Forbidden
from chassis.web.openapi import Tag, problems
from chassis.web.service import service_of

TAG = Tag("auth", "Signing in, staying signed in, and keys for machines.")
router = APIRouter(prefix="/v1/auth", tags=[TAG])


@router.post(
    "/sessions",
    status_code=201,
    response_model=TokensRead,
    responses=problems(InvalidCredentials, Forbidden, TooManyFailures, TooBusy),
)
@public
async def sign_in(
    body: Credentials, accounts: CurrentAccounts, request: Request, response: Response
) -> object:
    """The access token goes into `Authorization`, the refresh token gets the next one."""
    if body.cookie and not accounts.settings.refresh_cookie:
        message = "This service keeps no cookies: AUTH_REFRESH_COOKIE is off."
        raise Forbidden(message)
    password = body.password.get_secret_value()
    tokens = await accounts.sign_in(body.email, password, _address(request))
    return _answer(tokens, accounts, request, response, in_cookie=body.cookie)


@router.post(
    "/sessions/refresh", response_model=TokensRead, responses=problems(SessionEnded, Forbidden)
)
@public
async def refresh(
    accounts: CurrentAccounts, request: Request, response: Response, body: Refresh | None = None
) -> object:
    """With the refresh token in the body, or in its cookie. It is good for one refresh.

    Sent again at once, it gets the same answer; sent again later, it ends the session.
    """
    if body is not None:
        tokens = await accounts.refresh(body.refresh_token.get_secret_value())
    else:
        browsers.require_own_page(request, service_of(request).state["settings"].cors.origins)
        tokens = await accounts.refresh(request.cookies.get(browsers.COOKIE, ""))
    return _answer(tokens, accounts, request, response, in_cookie=body is None)


@router.delete("/sessions/current", status_code=204)
async def sign_out(
    caller: SignedIn, accounts: CurrentAccounts, request: Request, response: Response
) -> None:
    """Ends the session of this token, here and for its refresh token."""
    await accounts.end(caller.user.id, caller.session_id)
    _drop_cookie(accounts, request, response)


@router.delete("/sessions", status_code=204)
async def sign_out_everywhere(
    caller: SignedIn, accounts: CurrentAccounts, request: Request, response: Response
) -> None:
    """Ends all sessions of the user."""
    await accounts.end(caller.user.id)
    _drop_cookie(accounts, request, response)


@router.put(
    "/password",
    status_code=204,
    responses=problems(InvalidCredentials, TooManyFailures, TooBusy),
)
async def change_password(
    body: PasswordChange, caller: SignedIn, accounts: CurrentAccounts, request: Request
) -> None:
    """Ends all other sessions of the user."""
    await accounts.change_password(
        caller.user,
        caller.session_id,
        body.current_password.get_secret_value(),
        body.new_password.get_secret_value(),
        _address(request),
    )


@router.get("/me", response_model=UserRead)
async def me(caller: SignedIn) -> User:
    """Who is signed in."""
    return caller.user


def _answer(
    tokens: Tokens, accounts: Accounts, request: Request, response: Response, *, in_cookie: bool
) -> TokensRead:
    if in_cookie:
        browsers.keep_cookie(request, response, tokens.refresh, accounts.settings.refresh_ttl)
    return TokensRead(
        access_token=tokens.access,
        expires_in=tokens.lifetime,
        scope=" ".join(tokens.scopes),
        refresh_token=None if in_cookie else tokens.refresh,
    )


def _drop_cookie(accounts: Accounts, request: Request, response: Response) -> None:
    if accounts.settings.refresh_cookie:
        browsers.drop_cookie(request, response)


def _address(request: Request) -> str:
    from chassis.web.rate_limits.middleware import client_of  # noqa: PLC0415  it takes long

    return client_of(request.scope)
