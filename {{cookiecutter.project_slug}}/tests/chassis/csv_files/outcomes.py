"""What an import left, and what it says of a row that is there already."""

from typing import Any

TAKEN = (
    "line {line}: There is one with the same unique value. Constraint: uq_gadgets_name. "
    "Key (name)=({name}) already exists."
)


async def names(gadgets: Any) -> list[str]:
    return [
        row["name"] for row in await gadgets.fetch("SELECT name FROM scratch.gadgets ORDER BY id")
    ]
