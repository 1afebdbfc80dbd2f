"""What streams tell: short events, one after the other, without a wait between them."""

from collections.abc import AsyncIterator

from pydantic import BaseModel

EVENTS = 200


class Reading(BaseModel):
    number: int
    degrees: float


async def readings() -> AsyncIterator[Reading]:
    for number in range(EVENTS):
        yield Reading(number=number, degrees=21.5)
