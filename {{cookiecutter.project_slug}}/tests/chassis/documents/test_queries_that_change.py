"""What docs/queries.md shows of changes: locks, savepoints, many rows."""

import asyncio
from typing import Any

import pytest
from fastapi import FastAPI

from chassis.database.reader import Reader
from tests.chassis.documents.invoices import Shop, counted, queries, stated
from tests.support.clients import Client
from tests.support.composition import ReadLog

LOCKS = "Row locks, and a transaction over several repositories"


async def test_a_transaction_over_several_repositories(shop: Shop) -> None:
    async with shop.database.transaction() as session:
        with counted(LOCKS):
            await queries.pay(session, shop.keys["A4"])
    with pytest.raises(queries.NotEnoughCredit):
        await queries.pay_both(shop.database, shop.keys["A1"], shop.keys["A3"])

    assert await shop.unpaid() == {"A1", "A2", "A3"}
    assert await queries.pay_invoice(shop.keys["A3"], shop.database) == "A3"
    assert await shop.unpaid() == {"A1", "A2"}


async def test_the_log_line_of_a_request_counts_the_same(
    app: FastAPI, client: Client, read_log: ReadLog, shop: Shop
) -> None:
    app.post("/pay/{invoice_id}")(queries.pay_invoice)
    await client.post(f"/pay/{shop.keys['A1']}")

    (line,) = read_log("request")
    assert line["queries"] == stated(LOCKS)


async def test_what_is_paid_twice_at_once_is_taken_from_the_credit_once(shop: Shop) -> None:
    async with asyncio.TaskGroup() as tasks:
        for _ in range(4):
            tasks.create_task(queries.pay_invoice(shop.keys["A2"], shop.database))

    customers = queries.CustomerRepository(Reader(shop.database))
    assert (await customers.get(shop.ann)).credit_cents == 500


async def test_what_another_has_locked_is_skipped(shop: Shop) -> None:
    async with shop.database.transaction() as one, shop.database.transaction() as other:
        with counted(LOCKS, 1):
            first = await queries.next_unpaid(one)
        second = await queries.next_unpaid(other)

    assert [first.number, second.number] == ["A1", "A2"]


async def test_a_savepoint(shop: Shop) -> None:
    async with shop.database.transaction() as session:
        invoices = queries.InvoiceRepository(session)
        with counted("A savepoint"):
            created = await queries.create_or_pass(invoices, queries.Invoice(**shop.row("A6")))
        refused = await queries.create_or_pass(invoices, queries.Invoice(**shop.row("A1")))
        also = await queries.create_or_pass(invoices, queries.Invoice(**shop.row("A7")))

    assert [created, refused, also] == [True, False, True]
    assert {"A6", "A7"} <= await shop.unpaid()


async def test_a_row_unless_it_is_there(shop: Shop) -> None:
    async with shop.database.transaction() as session:
        with counted("A savepoint", 1):
            there = await queries.create_unless_there(session, shop.ann, "A1")
        created = await queries.create_unless_there(session, shop.ann, "A6")

    assert there is None
    assert (await shop.invoices.get(created)).number == "A6"


async def test_many_rows(shop: Shop) -> None:
    rows = [shop.row(f"B{number}") for number in range(300)]
    async with shop.database.transaction() as session:
        invoices = queries.InvoiceRepository(session)
        with counted("Many rows"):
            assert await queries.create_all(invoices, rows) == 300
        with counted("Many rows"):
            assert await queries.forgive(invoices, shop.ann) == 305
        assert await queries.take_in(invoices, chunks([shop.row("C1")], [shop.row("C2")])) == 2

    assert await shop.unpaid() == {"C1", "C2"}


async def chunks(*given: Any) -> Any:
    for chunk in given:
        yield chunk
