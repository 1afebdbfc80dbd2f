"""What docs/queries.md shows does what it says, with as many statements as it says."""

from io import BytesIO

import asyncpg
import pytest
from fastapi import FastAPI
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import contains_eager

from chassis.database.reader import Reader
from chassis.web.types import Output
from tests.chassis.database.asking import checked_out
from tests.chassis.documents.invoices import PAGE, STATEMENTS, Shop, counted, queries
from tests.support.clients import Client


class DebtRead(Output):
    name: str
    invoices: int
    cents: int


async def test_join(shop: Shop) -> None:
    with counted("Join"):
        found = await queries.unpaid_of(shop.invoices, "Ann")

    assert [invoice.number for invoice in found] == ["A1", "A2", "A3", "A4"]
    with pytest.raises(InvalidRequestError, match="lazy='raise'"):
        found[0].customer  # noqa: B018  looked at
    assert await queries.unpaid_of(shop.invoices, "Bob") == []


async def test_what_is_joined_may_be_loaded_along_or_asked_whether_it_is_there(shop: Shop) -> None:
    invoice = queries.Invoice
    joined = queries.select(invoice).join(invoice.customer).where(invoice.number == "A1")
    (found,) = await shop.invoices.entities(joined.options(contains_eager(invoice.customer)))
    second = invoice.lines.any(queries.InvoiceLine.words == "A2, second")
    with_line = await shop.invoices.entities(queries.select(invoice).where(second))

    assert found.customer.name == "Ann"
    assert [each.number for each in with_line] == ["A2"]


async def test_numbers_of_another_table(app: FastAPI, client: Client, shop: Shop) -> None:
    customers = queries.CustomerRepository(Reader(shop.database))
    with counted("Numbers of another table"):
        found = await queries.debts(customers)

    @app.get("/debts", response_model=list[DebtRead])
    async def debts() -> object:
        return found

    assert {type(row.cents) for row in found} == {int}
    assert (await client.get("/debts")).json() == [
        {"name": "Ann", "invoices": 4, "cents": 1000},
        {"name": "Bob", "invoices": 0, "cents": 0},
    ]


@pytest.mark.parametrize("numbers", [["A1"], ["A1", "A2", "A3"]])
async def test_what_to_load_along(shop: Shop, numbers: list[str]) -> None:
    with counted("What to load along"):
        found = await queries.with_lines(shop.invoices, numbers)

    assert [invoice.number for invoice in found] == numbers
    assert {invoice.customer.name for invoice in found} == {"Ann"}
    assert [line.words for line in found[0].lines] == ["A1, first", "A1, second"]


async def test_what_a_repository_loads_comes_with_every_read_of_it(shop: Shop) -> None:
    invoice = await shop.invoices.get(shop.keys["A1"])

    assert invoice.customer.name == "Ann"


async def test_a_part_of_a_large_collection(shop: Shop) -> None:
    async with shop.database.transaction() as session:
        ann = await queries.CustomerRepository(session).get(shop.ann)
        with counted("A large collection"):
            found = await queries.latest(session, ann)
        with counted("A large collection"):
            await queries.bill(session, ann, "A6", 600)

    assert [invoice.number for invoice in found] == ["A5", "A4", "A3", "A2", "A1"]
    assert "A6" in await shop.unpaid()


async def test_a_large_collection_of_a_customer_that_was_only_read(shop: Shop) -> None:
    reads = Reader(shop.database)
    ann = await queries.CustomerRepository(reads).get(shop.ann)

    assert len(await queries.latest(reads, ann)) == 5


async def test_pages_of_a_large_collection(shop: Shop) -> None:
    async with shop.database.transaction() as session:
        rows = [shop.row(f"B{number}") for number in range(20)]
        await queries.InvoiceRepository(session).create_many(rows)

    with counted("A large collection", 1):
        first = await queries.page_of(shop.invoices, shop.ann, None)
    with counted("A large collection", 1):
        last = await queries.page_of(shop.invoices, shop.ann, first.next_cursor)

    assert [len(first.items), len(last.items)] == [20, 5]
    assert last.next_cursor is None


async def test_a_stream_of_rows(app: FastAPI, client: Client, shop: Shop) -> None:
    app.include_router(queries.router)
    with counted("A stream of rows"):
        lines = [line async for line in queries.written(shop.database)]
    answer = await client.get("/v1/invoices/all")

    assert lines[0] == "A1;100\n"
    assert answer.text == "".join(lines)
    assert checked_out(shop.database) == 0


async def test_a_stream_that_nobody_reads_to_its_end_gives_its_connection_back(shop: Shop) -> None:
    stream = queries.written(shop.database)
    await anext(stream)
    held = checked_out(shop.database)
    await stream.aclose()

    assert [held, checked_out(shop.database)] == [1, 0]


async def test_the_driver(shop: Shop) -> None:
    file = BytesIO()
    with counted("The driver"):
        found = await queries.totals(shop.database)
        await queries.copy_out(shop.database, file)

    assert found == {"A1": 100, "A2": 200, "A3": 300, "A4": 400}
    assert file.getvalue().splitlines()[:2] == [b"number,total_cents", b"A1,100"]


async def test_errors_of_the_driver_are_answered(app: FastAPI, client: Client, shop: Shop) -> None:
    @app.get("/broken")
    async def broken() -> None:
        async with shop.database.driver_connection() as connection:
            with pytest.raises(asyncpg.DivisionByZeroError):
                await connection.execute("SELECT 1 / 0")
            await connection.execute("SET statement_timeout = 1; SELECT pg_sleep(30)")

    assert (await client.get("/broken")).json()["type"] == "/problems/timeout"


async def test_several_at_once(shop: Shop) -> None:
    with counted("Several at once"):
        found = await queries.counts(Reader(shop.database))
    keys = [shop.keys[number] for number in ("A1", "A2", "A3")]
    await queries.pay_each(shop.database, keys)

    assert found == (2, 4)
    assert await shop.unpaid() == {"A4"}


def test_every_section_says_what_it_costs() -> None:
    silent = [it for it in PAGE.headings if not STATEMENTS.search(PAGE.section(it))]

    assert silent == ["The models of this page"]
