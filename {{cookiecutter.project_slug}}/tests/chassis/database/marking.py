"""The service with routes that write and read a mark, to run in a process of its own."""

from fastapi import APIRouter, FastAPI
from sqlalchemy import text

from chassis.web.sessions import ReadSession, Session
from tests.chassis.application import create_app

AT_COMMIT = """
    CREATE FUNCTION scratch.at_commit() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN {action}; RETURN NULL; END $$;
    CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON scratch.marks
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION scratch.at_commit();
"""
"""Makes a COMMIT do something, or fail, when marks were added."""

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
