"""What clients send and get."""

from datetime import datetime
from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, SecretStr
from pydantic_core import PydanticKnownError

from chassis.web.pagination import PageQuery
from chassis.web.types import Bool, Input, Int32, Name, Output, omitted

SHORTEST, LONGEST = 15, 256
"""Characters of a password that is all there is, without rules on which they are.

https://pages.nist.gov/800-63-4/sp800-63b.html#passwordver
"""

Email = Annotated[
    str,
    Field(pattern=r"^[^@\s\x00]+@[^@\s\x00]+$", max_length=254, examples=["ada@shop.example"]),
    AfterValidator(str.lower),
    Field(max_length=254),  # some letters are two when they are small
]

TOO_SHORT: Final = "string_too_short"
TOO_LONG: Final = "string_too_long"


def _characters(least: int) -> AfterValidator:
    """Of a secret, pydantic's own limits speak of items; they are left to the document."""

    def check(secret: SecretStr) -> SecretStr:
        length = len(secret.get_secret_value())
        if length < least:
            raise PydanticKnownError(TOO_SHORT, {"min_length": least})
        if length > LONGEST:
            raise PydanticKnownError(TOO_LONG, {"max_length": LONGEST})
        return secret

    return AfterValidator(check)


Password = Annotated[
    SecretStr,
    _characters(1),
    Field(min_length=1, max_length=LONGEST, examples=["correct horse battery staple"]),
]
NewPassword = Annotated[
    SecretStr,
    _characters(SHORTEST),
    Field(min_length=SHORTEST, max_length=LONGEST, examples=["correct horse battery staple"]),
]
Scope = Annotated[
    str, Field(pattern=r"^[!#-\[\]-~]+$", max_length=100, examples=["products:write"])
]
"""As RFC 6749, 3.3, allows it."""
Scopes = Annotated[list[Scope], Field(max_length=100)]


class Credentials(Input):
    email: Email
    password: Password
    cookie: Bool = False
    """Keep the refresh token in a cookie, for a page in a browser."""


class Refresh(Input):
    refresh_token: Annotated[SecretStr, Field(max_length=200)]


class TokensRead(Output):
    """As OAuth 2.0 answers (RFC 6749, 5.1)."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105  it is none
    expires_in: int
    """Seconds."""
    scope: str
    refresh_token: str | None
    """For the next refresh, which ends it; null when it is in the cookie."""


class PasswordChange(Input):
    current_password: Password
    new_password: NewPassword


class UserCreate(Input):
    email: Email
    password: NewPassword


class UserUpdate(Input):
    """What is left out stays as it is."""

    disabled: Bool = omitted()
    """A disabled user is signed out everywhere."""
    scopes: Scopes = omitted()
    """Who loses one is signed out everywhere, for tokens have it still."""


class UserRead(Output):
    id: UUID
    email: str
    scopes: list[str]
    disabled_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime


class UserQuery(PageQuery):
    sort: Literal["id", "-id", "email", "-email"] = "id"
    """`id` is the order of creation; a minus turns it round."""
    email: Email | None = None


class ApiKeyCreate(Input):
    name: Annotated[Name, Field(max_length=100, examples=["nightly import"])]
    scopes: Scopes | None = None
    """None of them that you do not have; all that you have, when it is left out."""
    expires_in_days: Annotated[Int32, Field(ge=1, le=3_650)] | None = None
    """Never, when it is left out."""


class ApiKeyRead(Output):
    id: UUID
    name: str
    scopes: list[str]
    expires_at: datetime | None
    last_used_at: datetime | None
    """To the minute."""
    created_at: datetime


class ApiKeyCreated(ApiKeyRead):
    key: str
    """Shown this once: send it as `Authorization: Bearer ...`."""
