"""What accounts answer when they do not succeed, beside `InvalidCredentials` and `TooBusy`.

Those two are in `chassis.auth.problems`.
"""

from chassis.problems import Conflict, RateLimitExceeded, Unauthenticated


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
