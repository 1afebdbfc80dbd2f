"""What accounts answer when they do not succeed; of tokens, see `chassis/auth/problems.py`."""

from chassis.problems import Conflict, RateLimitExceeded, Unauthenticated, Unavailable


class InvalidCredentials(Unauthenticated):
    """Of a login. It says the same of an unknown name and of a wrong password."""

    type = "/problems/invalid-credentials"
    title = "Invalid credentials"
    detail = "Name or password are wrong."


class TooBusy(Unavailable):
    """More logins at once than the service can hash passwords for."""

    type = "/problems/too-busy"
    title = "Too busy to log in"
    detail = "Too many logins at this moment. Nothing was changed; try again."


class SessionEnded(Unauthenticated):
    """Whatever ended it: a forged token learns no more than one that is too old."""

    type = "/problems/session-ended"
    title = "Session ended"
    detail = "Sign in again."


class TooManyFailures(RateLimitExceeded):
    type = "/problems/too-many-failures"
    title = "Too many failures"
    detail = "Too many attempts to sign in have failed. Try again later."


class OwnAccount(Conflict):
    """Else the last who may undo it could lock everybody out."""

    type = "/problems/own-account"
    title = "Own account"
    detail = "Somebody else has to do this to your account."
