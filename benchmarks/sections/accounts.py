"""Signing in and staying signed in; what an unknown user costs; and a storm of logins."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks import bakes
from benchmarks.findings import Findings
from benchmarks.load import Ask
from benchmarks.measuring import COLUMNS, LIVES, ROUNDS, Point, Samples, interleaved, lives
from benchmarks.sections.callers import SECRET
from benchmarks.servers import Server
from benchmarks.service import Service
from benchmarks.storms import storm
from benchmarks.tables import Table

ME, REFRESH, LOGIN = "me", "refresh", "login"
WRONG, UNKNOWN = "wrong password", "unknown user"
PASSWORD = "correct horse battery staple"  # noqa: S105  as in `benchmarks/subjects/accounts.py`
USERS = 100
REQUESTS = 250
LOGINS, ROUNDS_OF_LOGINS = 40, 2
"""Fewer than of others: a password alone takes longer than ten requests."""
SETTINGS = {
    "AUTH_KEYS": SECRET,
    "AUTH_LOGIN_FAILURES": "100000",
    "AUTH_LOGIN_FAILURES_OF_ADDRESS": "1000000",
}
NOTE = (
    "`GET /v1/auth/me` with a known token reads the row. Passwords are hashed by two threads."
    " A stranger must not tell the last two lines apart."
)


def measure(_: Service) -> Findings:
    with tempfile.TemporaryDirectory() as place:
        with_accounts = bakes.with_parts(Path(place), "example accounts")
        tokens = LIVES * (ROUNDS + 1) * (REQUESTS + REQUESTS // 8)
        told = json.loads(with_accounts.run("accounts.py", str(tokens), **SETTINGS))
        samples = _points(with_accounts, told["access"], iter(told["refresh"]))
        stormy, late = storm(with_accounts, login(PASSWORD), SETTINGS)
    ratios = {"unknown user": samples.ratio(UNKNOWN, WRONG), "login storm": late}
    return Findings([Table("Accounts", COLUMNS, samples.rows(), NOTE), stormy], ratios)


def _points(service: Service, access: str, refresh: Iterator[str]) -> Samples:
    me = Ask("/v1/auth/me", headers={"Authorization": f"Bearer {access}"})
    renew = Ask(
        "/v1/auth/sessions/refresh",
        "POST",
        body=lambda _: json.dumps({"refresh_token": next(refresh)}).encode(),
    )
    few = {
        LOGIN: login(PASSWORD),
        WRONG: login("another horse", 401),
        UNKNOWN: login("another horse", 401, "nobody"),
    }
    samples = Samples()
    for servers in lives({"accounts": service.program(**SETTINGS)}):
        many = _of(servers["accounts"], {ME: me, REFRESH: renew}, REQUESTS)
        samples.add(interleaved(many))
        samples.add(interleaved(_of(servers["accounts"], few, LOGINS), ROUNDS_OF_LOGINS))
    return samples


def _of(server: Server, asks: dict[str, Ask], requests: int) -> list[Point]:
    return [Point(name, server, ask, requests=requests) for name, ask in asks.items()]


def login(password: str, status: int = 201, user: str = "user") -> Ask:
    """Of many users in turn."""

    def body(number: int) -> bytes:
        email = f"{user}{number % USERS}@shop.example"
        return json.dumps({"email": email, "password": password}).encode()

    return Ask("/v1/auth/sessions", "POST", status, body=body)
