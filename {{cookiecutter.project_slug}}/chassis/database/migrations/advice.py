"""What to say of a change that fails where rows are, keeps others waiting or loses what is there.

Each begins with what it is about; `docs/database.md` shows the longer ones in full.
"""

CONCURRENTLY = (
    "in a migration of its own, inside of `with op.get_context().autocommit_block():`, with"
    " postgresql_concurrently=True"
)
NOT_VALID = (
    "with postgresql_not_valid=True, and `ALTER TABLE {table} VALIDATE CONSTRAINT {name}` in the"
    " next migration"
)
NO_VALUE = (
    "{table}.{name}: fails where {table} has rows, which have no value for it. Give it a"
    " server_default, in the model too; or add it nullable, fill it, and make it NOT NULL in a"
    " later migration."
)
COMPUTED = (
    "{table}.{name}: is computed for every row, and nobody may read or write {table} meanwhile."
    " Where it is large: add it without the default, and fill it in batches."
)
LOST = (
    "{place}: what is in it is lost, and a version that still runs may use it. Drop it in a later"
    " release, when none does."
)
RENAMED = (
    " If it only has a new name: {meant} in place of what is dropped and added keeps what is in"
    " it; a version that knows the old name must not run by then."
)
NULLS = "{table}.{name}: fails where a row has NULL in it. Fill those first, with op.execute()."
REWRITTEN = (
    "{table}.{name}: every row is written anew, and nobody may read or write {table} meanwhile."
    " Where it is large: add a column of the new type, fill it in batches, and take that instead."
)
NO_CAST = (
    "{table}.{name}: PostgreSQL does not make the new values of the old ones by itself. Say how,"
    " with postgresql_using=."
)
EQUAL = "fails where rows are equal in it, and "
INDEX = "{name}: {equal}nobody may write {table} while it is built. Where it is large: " + (
    CONCURRENTLY + "."
)
UNIQUE = (
    "{name}: {equal}nobody may read or write {table} while its index is built. Where it is large:"
    " a unique index first, " + CONCURRENTLY + "; then `ALTER TABLE {table} ADD CONSTRAINT {name}"
    " UNIQUE USING INDEX` and its name."
)
NOWHERE = "fails where a row refers to nothing, and "
REFERENCE = (
    "{name}: {nowhere}nobody may write {tables} while every row is looked up. Where it is large: "
    + NOT_VALID
    + "."
)
BROKEN = "fails where a row breaks it, and "
CHECK = (
    "{name}: {broken}nobody may read or write {table} while every row is looked at. Where it is"
    " large: " + NOT_VALID + "."
)
