"""What `migrations/env.py` hands to Alembic: how models and database are compared, and written."""

import logging
from functools import cache
from typing import Any

from alembic.autogenerate import renderers
from alembic.config import Config
from alembic.operations.ops import MigrationScript
from alembic.runtime.migration import MigrationContext
from alembic.runtime.plugins import Plugin
from alembic.script import write_hooks
from sqlalchemy import Connection, MetaData

from chassis.database.migrations import checks
from chassis.database.migrations.cautions import Caution, add_cautions, tell, written
from chassis.database.migrations.differences import tell_of
from chassis.database.migrations.ownership import include_name, versions_of
from chassis.database.migrations.stored_types import render_item

CHECKS = "chassis.checks"


def options(connection: Connection, metadata: MetaData, config: Config) -> dict[str, Any]:
    """Of `context.configure`; a service may replace each."""
    _register()
    return {
        "connection": connection,
        "target_metadata": metadata,
        "compare_type": True,
        "compare_server_default": True,
        "transaction_per_migration": True,
        "autogenerate_plugins": ["alembic.autogenerate.*", CHECKS],
        "include_schemas": True,
        "include_name": include_name(connection, metadata, versions_of(config)),
        "render_item": render_item,
        "process_revision_directives": _process,
    }


def _process(context: MigrationContext, revision: Any, scripts: list[MigrationScript]) -> None:
    tell_of(context, scripts)
    add_cautions(context, revision, scripts)


@cache
def _register() -> None:
    """Once in a process: Alembic takes no name twice. A line for each plugin tells nobody much."""
    logging.getLogger("alembic.runtime.plugins").setLevel(logging.WARNING)
    Plugin.setup_plugin_from_module(checks, CHECKS)
    renderers.dispatch_for(Caution)(written)
    write_hooks.register("cautions")(tell)
