from dataclasses import replace

import asyncpg
import pytest

from duro.db.records import AttemptStatus, JournalCause, LedgerEntry
from duro.kernel import ConflictError, Currency, Money

NGN = Currency("NGN")


class TestTheLedger:
    @pytest.fixture
    async def posted(self, book):
        tenant = await book.tenant()
        standing = await book.standing(tenant)
        invoice, _ = await book.claim(tenant, standing)
        return tenant, invoice

    async def test_gives_a_journal_back_by_its_cause(self, book, posted):
        tenant, invoice = posted
        async with book.test.open(tenant) as repos:
            journal = await repos.ledger.of_cause(JournalCause.INVOICE, invoice.id.value)
            balances = await repos.ledger.balances()
        assert journal is not None
        assert journal.entries == (
            LedgerEntry("receivable", invoice.total),
            LedgerEntry("revenue", -invoice.total),
        )
        assert balances == {("receivable", NGN): invoice.total, ("revenue", NGN): -invoice.total}

    async def test_posts_a_cause_once(self, book, posted):
        tenant, invoice = posted
        with pytest.raises(ConflictError) as raised:
            async with book.test.open(tenant) as repos:
                await book.post(repos, invoice)
        assert raised.value.code == "already_posted"

    async def test_refuses_a_journal_that_does_not_balance(self, book, posted):
        tenant, invoice = posted
        journal = book.postings.void(invoice)
        crooked = replace(journal, entries=(journal.entries[0], LedgerEntry("receivable", Money(-1, NGN))))
        with pytest.raises(asyncpg.CheckViolationError) as raised:
            async with book.test.open(tenant) as repos:
                await repos.ledger.post(crooked)
        assert raised.value.constraint_name == "ledger_entries_balance"

    async def test_refuses_a_journal_without_entries_at_commit(self, book, posted):
        tenant, _ = posted
        is_reached = False
        with pytest.raises(asyncpg.CheckViolationError) as raised:
            async with book.test.open(tenant) as repos:
                await repos.session.connection.execute(
                    """insert into test.journals
                    select tenant_id, gen_random_uuid(), 'void', cause_id, currency, created_at from test.journals"""
                )
                is_reached = True
        assert is_reached
        assert raised.value.constraint_name == "journals_balance"

    async def test_refuses_an_entry_added_later(self, book, posted):
        tenant, _ = posted
        with pytest.raises(asyncpg.CheckViolationError):
            async with book.test.open(tenant) as repos:
                await repos.session.connection.execute(
                    """insert into test.ledger_entries
                    select tenant_id, id, 9, 'revenue', -5, currency from test.journals"""
                )

    async def test_refuses_entries_in_another_currency_than_their_journal(self, book, posted):
        tenant, _ = posted
        with pytest.raises(asyncpg.ForeignKeyViolationError):
            async with book.test.open(tenant) as repos:
                await repos.session.connection.execute(
                    "insert into test.ledger_entries select tenant_id, id, p, 'revenue', 5 - 10 * (p - 8), 'USD' "
                    "from test.journals, generate_series(8, 9) as p"
                )

    @pytest.mark.parametrize("table", ["journals", "ledger_entries"])
    @pytest.mark.parametrize(
        "statement", ["update test.{} set currency = 'USD'", "delete from test.{}", "truncate test.{} cascade"]
    )
    async def test_is_append_only_even_for_a_superuser(self, book, posted, table, statement):
        async with book.admin.acquire() as connection:
            with pytest.raises(asyncpg.RestrictViolationError):
                await connection.execute(statement.format(table))


class TestAnInvoice:
    async def test_has_one_attempt_in_flight(self, book):
        tenant = await book.tenant()
        standing = await book.standing(tenant)
        invoice, _ = await book.claim(tenant, standing)
        with pytest.raises(ConflictError) as raised:
            async with book.test.open(tenant) as repos:
                await repos.attempts.insert(book.attempt(invoice, standing.method))
        assert raised.value.code == "payment_in_progress"

    async def test_has_no_attempt_after_a_success(self, book):
        tenant = await book.tenant()
        standing = await book.standing(tenant)
        await book.renew(tenant, standing)
        async with book.test.open(tenant) as repos:
            [row] = await repos.session.fetch("select id from {schema}.invoices where tenant_id = $1")
        invoice = replace(
            book.invoice(standing.subscription), id=type(book.invoice(standing.subscription).id)(row["id"])
        )
        with pytest.raises(ConflictError):
            async with book.test.open(tenant) as repos:
                await repos.attempts.insert(book.attempt(invoice, standing.method))

    async def test_may_be_tried_again_after_a_decline(self, book):
        tenant = await book.tenant()
        standing = await book.standing(tenant)
        invoice, attempt = await book.claim(tenant, standing)
        again = book.attempt(invoice, standing.method)
        async with book.test.open(tenant) as repos:
            await repos.attempts.update(replace(attempt, status=AttemptStatus.FAILED, settled_at=book.clock.now()))
            await repos.attempts.insert(again)
            assert [each.id for each in await repos.attempts.of_invoice(invoice.id)] == [attempt.id, again.id]

    async def test_is_unique_per_period(self, book):
        tenant = await book.tenant()
        standing = await book.standing(tenant)
        await book.claim(tenant, standing)
        with pytest.raises(ConflictError) as raised:
            async with book.test.open(tenant) as repos:
                await repos.invoices.insert(book.invoice(standing.subscription))
        assert raised.value.code == "invoice_exists"
