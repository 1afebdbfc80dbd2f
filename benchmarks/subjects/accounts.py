"""Make users and sessions; print an access token of one, and the others' refresh tokens.

Runs in a service with the part.
"""

import asyncio
import json
import sys
from os import environ

import asyncpg
from app.settings import Settings
from chassis.accounts.login.passwords import PARAMETERS
from chassis.accounts.sessions.refresh_tokens import Claim, RefreshTokens
from chassis.auth.wiring import own_issuer

USERS = 100
PASSWORD = "correct horse battery staple"  # noqa: S105  of nobody
USER = """
INSERT INTO users (id, email, password_hash, scopes)
SELECT gen_random_uuid(), 'user' || n || '@shop.example', $2, '{}'
FROM generate_series(0, $1::int - 1) AS n
"""
SESSION = """
INSERT INTO auth_sessions (id, user_id, expires_at)
SELECT gen_random_uuid(), (SELECT id FROM users LIMIT 1), now() + interval '1 day'
FROM generate_series(1, $1::int)
RETURNING id, user_id
"""


async def fill(sessions: int) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(environ["DATABASE_URL"])
    await connection.execute(USER, USERS, PARAMETERS.hash(PASSWORD))
    made = await connection.fetch(SESSION, sessions)
    await connection.execute("VACUUM ANALYZE")
    await connection.close()
    return list(made)


def tokens(sessions: int) -> dict[str, object]:
    settings = Settings()
    issuer = own_issuer(settings.auth, settings.service.name)
    assert issuer is not None, "AUTH_KEYS is empty"
    first, *others = asyncio.run(fill(sessions + 1))
    access = issuer.issue(str(first["user_id"]), session=str(first["id"]), ttl=86_400)
    ours = RefreshTokens([key.get_secret_value().encode() for key in settings.auth.keys])
    return {"access": access, "refresh": [ours.issue(Claim(it["id"], 0)) for it in others]}


if __name__ == "__main__":
    print(json.dumps(tokens(int(sys.argv[1]))))
