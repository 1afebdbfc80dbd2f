"""An issuer of passwords that expire, as clouds have them for their databases."""

import asyncio
import os
import secrets
import time

import asyncpg
import structlog

ISSUER = "TOKENS_ISSUER"
ROLE = "tokens"
LIFETIME = 4.0
"""Seconds. A new one is issued after half of it, and ends the one before."""


class Issued:
    lock = asyncio.Lock()
    token = ""
    at = float("-inf")


async def token() -> str:
    structlog.get_logger().info("token asked for")
    async with Issued.lock:
        if time.monotonic() - Issued.at > LIFETIME / 2:
            Issued.token, Issued.at = await issued(), time.monotonic()
            structlog.get_logger().info("token issued")
    return Issued.token


async def issued() -> str:
    new = secrets.token_urlsafe()
    issuer = await asyncpg.connect(os.environ[ISSUER])
    try:
        end = await issuer.fetchval(f"SELECT (now() + interval '{LIFETIME} seconds')::text")
        await issuer.execute(f"ALTER ROLE {ROLE} PASSWORD '{new}' VALID UNTIL '{end}'")
    finally:
        await issuer.close()
    return new


async def no_token() -> str:
    message = "the issuer is away"
    raise LookupError(message)
