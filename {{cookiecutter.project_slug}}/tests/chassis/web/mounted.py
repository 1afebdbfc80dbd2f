"""An application to be mounted: it asks for what the service holds, and it fails."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database.reader import Reader
from chassis.problems import NotFound
from chassis.web.serving.drain import CurrentDrain
from chassis.web.sessions import (
    CurrentDatabase,
    PrimaryReadSession,
    ReadSession,
    Session,
    for_reads,
    in_transaction,
)

ONE = text("SELECT 1")


class Numbers:
    def __init__(self, session: AsyncSession | Reader) -> None:
        self.session = session


async def whole(session: Session) -> Any:
    return await session.scalar(ONE)


async def reads(session: ReadSession) -> Any:
    return (await session.scalars(ONE)).one()


async def primary(session: PrimaryReadSession) -> Any:
    return (await session.scalars(ONE)).one()


async def of_repository(numbers: Annotated[Numbers, Depends(in_transaction(Numbers))]) -> Any:
    return (await numbers.session.scalars(ONE)).one()


async def of_reads(numbers: Annotated[Numbers, Depends(for_reads(Numbers))]) -> Any:
    return (await numbers.session.scalars(ONE)).one()


async def of_database(database: CurrentDatabase) -> Any:
    async with database.transaction() as session:
        return await session.scalar(ONE)


async def draining(drain: CurrentDrain) -> int:
    return 1 - drain.is_set()


ASKING: list[Callable[..., Any]] = [
    whole,
    reads,
    primary,
    of_repository,
    of_reads,
    of_database,
    draining,
]


async def raise_problem() -> None:
    message = "Nobody of that name."
    raise NotFound(message)


async def raise_http() -> None:
    raise HTTPException(404, "Nobody of that name.")


async def raise_defect() -> None:
    message = "a defect"
    raise RuntimeError(message)


async def fail(session: Session) -> None:
    await session.execute(text("SELECT * FROM nowhere"))


FAILING: list[Callable[..., Any]] = [raise_problem, raise_http, raise_defect, fail]


async def typed(number: int) -> int:
    return number


def admin_app(**options: Any) -> FastAPI:
    admin = FastAPI(**options)
    for route in (*ASKING, *FAILING):
        admin.add_api_route(f"/{route.__name__}", route)
    admin.add_api_route("/typed/{number}", typed)
    return admin
