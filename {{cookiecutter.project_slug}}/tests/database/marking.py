"""The service with routes that write and read a mark, to run in a process of its own."""

from fastapi import APIRouter, FastAPI
from sqlalchemy import text

from app.database.session import ReadSession, Session
from app.main import create_app

router = APIRouter(prefix="/marks/{key}")


@router.post("", status_code=201)
async def create(key: int, session: Session) -> int:
    await session.execute(text("INSERT INTO scratch.marks VALUES (:key)"), {"key": key})
    return key


@router.get("")
async def read(key: int, session: ReadSession) -> int:
    found = await session.execute(
        text("SELECT id FROM scratch.marks WHERE id = :key"), {"key": key}
    )
    mark: int = found.scalar_one()
    return mark


def create_marking_app() -> FastAPI:
    app = create_app()
    app.include_router(router)
    return app
