"""Compares and migrates: chassis/database/migrations has the rest, and may run in any replica."""

from alembic import context
from sqlalchemy import Connection

from app.models import Base
from app.settings import Settings
from chassis.database.migrations.autogenerate import options
from chassis.database.migrations.running import run


def compare_and_run(connection: Connection) -> None:
    context.configure(**options(connection, Base.metadata, context.config))
    with context.begin_transaction():
        context.run_migrations()


run(compare_and_run, context.config, Settings)
