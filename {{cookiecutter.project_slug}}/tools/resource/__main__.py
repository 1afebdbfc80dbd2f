"""The command behind `make resource` and `make resource-undo`."""

import argparse
import os
import sys
from collections.abc import Iterable
from pathlib import Path

from tools.resource.errors import Refusal
from tools.resource.making import make, plan
from tools.resource.project.inventory import take_inventory
from tools.resource.tree import drawn
from tools.resource.undoing import undo

DESCRIPTION = """\
Write a resource, or take it out again before it is committed.

FIELDS are name:type, then constraints, such as
  number:str(64):unique total:decimal(12,2):index:min=0 paid:bool:default=false
  status:enum(draft,sent) customer_id:ref(customers) note:text:optional

Types: str(length) text int bigint decimal(digits,places) float bool date datetime uuid json
enum(a,b,c) ref(feature). Constraints: unique unique(ci) index optional default=VALUE,
and of numbers, dates and datetimes min=VALUE max=VALUE.
"""


def main(arguments: list[str]) -> None:
    options = _parse(arguments)
    try:
        if options.action == "make":
            _make(options.name, options.fields, options.model)
        else:
            _undo(options.name, force=options.force)
    except Refusal as refusal:
        sys.exit(str(refusal))


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tools.resource",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = parser.add_subparsers(dest="action", required=True)
    making = actions.add_parser("make")
    making.add_argument("name")
    making.add_argument("fields")
    making.add_argument("--class", dest="model", default="", help="what one is, where unclear")
    undoing = actions.add_parser("undo")
    undoing.add_argument("name")
    undoing.add_argument("--force", action="store_true", help="also what was edited or committed")
    return parser.parse_args(arguments)


def _make(plural: str, fields: str, model: str) -> None:
    resource = plan(plural, fields, model, take_inventory())
    _with_database()
    _tell(make(resource))
    print(
        f"\nRead the migration, then `make check`; `make dev` serves {resource.path}."
        f"\nIts routes ask nobody who calls; docs/who-calls.md says how they would."
        f"\nA rule about one: in its schemas.py, or in its repository.py with what is stored of it."
        f"\nUntil it is committed, `make resource-undo name={plural}` takes it out again."
    )


def _undo(plural: str, *, force: bool) -> None:
    if not plural:
        message = "Say what to take out: make resource-undo name=invoices."
        raise Refusal(message)
    _with_database()
    _tell(undo(plural, force=force))


def _with_database() -> None:
    """Become this command once more, with DATABASE_URL set, unless it is."""
    if "DATABASE_URL" not in os.environ:
        again = [sys.executable, "-m", "tools.resource", *sys.argv[1:]]
        os.execv(sys.executable, [sys.executable, "-m", "tools.postgres", "--", *again])


def _tell(done: Iterable[tuple[str, Path]]) -> None:
    print("\n".join(drawn(done)))


if __name__ == "__main__":
    main(sys.argv[1:])
