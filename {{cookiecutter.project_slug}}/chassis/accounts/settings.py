"""Settings of accounts, on top of those of who calls: the `auth` of `app/settings.py`."""

from pydantic import Field

from chassis.settings.auth import AuthSettings
from chassis.settings.values import Seconds


class AccountSettings(AuthSettings):
    """Who may call, and how users sign in."""

    refresh_ttl: int = Field(604_800, ge=60, le=31_536_000)
    """Seconds after which a session ends that was not refreshed."""
    refresh_grace: int = Field(10, ge=0, le=300)
    """Seconds in which a refresh token may come again, as pages do that load at once."""
    refresh_cookie: bool = False
    """Whether browsers may keep the refresh token in a cookie that scripts cannot read."""
    registration: bool = False
    """Whether anybody may make an account; else an administrator has to."""
    hashes_at_once: int = Field(2, ge=1, le=64)
    """Passwords hashed at the same time, in each process; about as many as it has cores."""
    hashes_waiting: int = Field(40, ge=1, le=10_000)
    """Passwords that wait for it; more are answered with 503."""
    login_failures: int = Field(10, ge=1, le=100_000)
    """Attempts to sign in to one account that may fail before further ones are refused."""
    login_failures_of_address: int = Field(100, ge=1, le=1_000_000)
    """The same of one client address, whatever account it tries."""
    login_window: Seconds = 300.0
    """Seconds after which they are forgotten."""
    revocation_poll: Seconds = 5.0
    """Seconds until every process knows that a session has ended."""
