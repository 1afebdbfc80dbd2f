"""A shop with the tables of docs/queries.md, and how many statements a section of that says."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from chassis.database.reader import Reader
from chassis.database.session import Database
from chassis.observability.queries import count_queries
from tests.chassis.documents.pages import OWN, Page

PAGE = Page("queries.md")
STATEMENTS = re.compile(r"^Statements: (\d+)", re.MULTILINE)
queries: Any = PAGE.load()


@dataclass(frozen=True)
class Shop:
    """Ann has five invoices of two lines each, all but the last unpaid; Bob has none."""

    database: Database
    ann: UUID
    keys: Mapping[str, UUID]

    @property
    def invoices(self) -> Any:
        """For reads."""
        return queries.InvoiceRepository(Reader(self.database))

    def row(self, number: str) -> dict[str, Any]:
        """One invoice more, of Ann's."""
        return {"customer_id": self.ann, "number": number, "total_cents": 1}

    async def unpaid(self) -> set[str]:
        invoice = queries.Invoice
        numbers = queries.select(invoice.number).where(~invoice.paid)
        return {*await Reader(self.database).scalars(numbers)}


async def open_shop(database: Database) -> Shop:
    async with database.engine.begin() as connection:
        await connection.run_sync(OWN.metadata.create_all)
    people = [{"name": "Ann", "credit_cents": 700}, {"name": "Bob"}]
    async with database.transaction() as session:
        ann, _ = await queries.CustomerRepository(session).create_many(people)
        invoices = [_invoice(ann.id, number) for number in range(1, 6)]
        session.add_all(invoices)
    return Shop(database, ann.id, {invoice.number: invoice.id for invoice in invoices})


async def close_shop(database: Database) -> None:
    async with database.engine.begin() as connection:
        await connection.run_sync(OWN.metadata.drop_all)


def _invoice(customer_id: UUID, number: int) -> Any:
    lines = [
        queries.InvoiceLine(position=place, words=f"A{number}, {word}")
        for place, word in enumerate(("first", "second"))
    ]
    return queries.Invoice(
        customer_id=customer_id,
        number=f"A{number}",
        total_cents=100 * number,
        paid=number == 5,
        lines=lines,
    )


def stated(heading: str, place: int = 0) -> int:
    """How many statements the section says, at this place among those it counts."""
    return int(STATEMENTS.findall(PAGE.section(heading))[place])


@contextmanager
def counted(heading: str, place: int = 0) -> Iterator[None]:
    """As many statements as are stated there."""
    sent = count_queries(by_statement=False)
    yield
    assert sent.count == stated(heading, place)
