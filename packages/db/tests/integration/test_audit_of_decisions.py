"""The audit of a book in which things were decided: credit, bad debt, forgiven periods, leaps, lines for later."""

from dataclasses import replace

import pytest
from whenever import TimeDelta

from duro.billing import (
    Cadence,
    EventType,
    Interval,
    InvoiceLine,
    PendingLine,
    PlanChange,
    SettlementPlanner,
    Terms,
)
from duro.db.audit import Audit, AuditCheck
from duro.db.credit_rows import CreditGrant
from duro.db.records import AttemptStatus, InvoiceKind, InvoiceStatus
from duro.kernel import CreditGrantId, Currency, InvoiceId, Mode, Money, Period

NGN = Currency("NGN")
CREDIT = Money(30_000, NGN)

DAMAGE = {
    AuditCheck.ACCOUNTS_AGREE: [
        "update test.invoices set marked_uncollectible_at = null, status = 'open' where status = 'uncollectible'",
        """with late as (
            select j.id, i.subscription_id, i.credit_applied from test.journals j
            join test.invoices i on i.id = j.cause_id where j.cause_type = 'uncollectible_recovered'
        ), kept as (
            delete from test.ledger_entries e using late where e.journal_id = late.id and e.account = 'customer_credit'
        ), given as (
            update test.subscriptions s set balance = s.balance + late.credit_applied
            from late where s.id = late.subscription_id
        )
        update test.ledger_entries e set amount = e.amount + late.credit_applied
        from late where e.journal_id = late.id and e.account = 'bad_debt'""",
        "update test.ledger_entries set account = 'bad_debt' where account = 'receivable' and amount > 0",
        "update test.ledger_entries set account = 'discount' where account = 'credit_granted'",
        "update test.credit_grants set amount = amount + 1",
        "update test.pending_lines set amount = amount * 2 where lapsed_at is not null",
        "update test.invoices set discount = 1, subtotal = subtotal + 1 where status = 'paid' and kind = 'proration'",
    ],
    AuditCheck.CAUSES_POSTED_ONCE: [
        "delete from test.journals where cause_type = 'uncollectible'",
        "delete from test.journals where cause_type = 'uncollectible_recovered'",
        "delete from test.journals where cause_type = 'credit_granted'",
        "delete from test.journals where cause_type = 'credit_at_end'",
        "update test.pending_lines set lapsed_at = null",
    ],
    AuditCheck.CREDIT_BALANCES: [
        """update test.credit_grants set subscription_id = (
               select s.id from test.subscriptions s where s.id <> credit_grants.subscription_id limit 1)""",
        """update test.subscriptions s set balance = s.balance + case s.status when 'canceled' then -1 else 1 end
        where s.balance > 0 and s.status in ('canceled', 'active')""",
    ],
    AuditCheck.CREDIT_RETURNED: [
        "update test.credit_grants set invoice_id = null",
        """update test.credit_grants set invoice_id = (select id from test.invoices where kind = 'proration')
        where invoice_id is not null""",
        "delete from test.credit_grants where invoice_id is not null",
    ],
    AuditCheck.PENDING_LINES_TAKEN: [
        """update test.pending_lines set invoice_id = (select id from test.invoices where kind = 'proration')
        where invoice_id is not null""",
        "update test.invoice_lines set amount = amount - 1, unit_amount = unit_amount - 1 where amount < 0",
        """insert into test.pending_lines
        select (jsonb_populate_record(p, jsonb_build_object('id', gen_random_uuid()))).* from test.pending_lines p""",
        "update test.pending_lines set lapsed_at = null",
        "update test.subscriptions set status = 'active' where status = 'canceled'",
    ],
    AuditCheck.PERIODS_TILE: [
        "update test.events set type = 'subscription_updated' where type = 'subscription_resumed'",
        "update test.events set data = data - 'skippedPeriods'",
        "update test.invoices set kind = 'period' where kind = 'plan_change'",
        "update test.invoices set kind = 'period' where kind = 'proration'",
        "update test.invoices set status = 'void', paid_at = null, amount_paid = 0 where kind = 'plan_change'",
        """update test.invoices
        set period_start = period_start - interval '100 days', period_end = period_end - interval '100 days'
        where kind = 'plan_change'""",
        "delete from test.invoices where status = 'void'",
    ],
    AuditCheck.CYCLES_COUNTED: [
        "update test.invoice_lines set description = 'Gold' where description like '%part of a period'",
        "update test.invoices set kind = 'proration' where kind = 'plan_change'",
    ],
    AuditCheck.PAID_WITHOUT_ADVANCE_REFUNDED: [
        "update test.refunds set reason = 'x'",
        """update test.subscriptions s set current_period_start = i.period_start - interval '1 day',
               current_period_end = i.period_start
        from test.invoices i where i.subscription_id = s.id and i.kind = 'plan_change'""",
    ],
    AuditCheck.PROMOTIONS_REDEEMED: ["update test.promo_codes set redemptions = 0"],
}
CASES = [(check, statement) for check, statements in DAMAGE.items() for statement in statements]


class Chronicle:
    """Lets things be decided in one tenant's book, as the acts do: row, journal and event together."""

    def __init__(self, book, tenant) -> None:
        self.book = book
        self.tenant = tenant

    def open(self):
        return self.book.test.open(self.tenant)

    async def paid(self):
        """Give a subscription that paid for a period."""
        return await self.book.renew(self.tenant, await self.book.standing(self.tenant))

    async def changed(self, standing, change, data=None):
        async with self.open() as repos:
            await repos.subscriptions.update(change.subscription)
            await repos.events.append(change.subscription, change.events, data or {})
        return replace(standing, subscription=change.subscription)

    async def settled(self, invoice, standing, *lines):
        """Write a paid invoice with its attempt and journals."""
        attempt = self.book.attempt(invoice, standing.method)
        async with self.open() as repos:
            await repos.invoices.insert(replace(invoice, lines=lines or invoice.lines))
            await self.book.post(repos, invoice)
            await repos.attempts.insert(attempt)
            await repos.attempts.update(
                replace(attempt, status=AttemptStatus.SUCCEEDED, settled_at=self.book.clock.now())
            )
            await repos.invoices.update(self.book.paid(invoice))
            await repos.ledger.post(self.book.postings.payment(attempt))
        return attempt

    async def granted(self, standing, invoice=None):
        grant = CreditGrant(
            id=self.book.ids.new(CreditGrantId),
            subscription_id=standing.subscription.id,
            invoice_id=None if invoice is None else invoice.id,
            amount=CREDIT,
            reason="sorry",
            created_at=self.book.clock.now(),
        )
        async with self.open() as repos:
            await repos.credit.insert(grant)
            await repos.ledger.post(self.book.postings.credit_granted(grant))
        change = standing.subscription.credited(CREDIT).told(EventType.SUBSCRIPTION_UPDATED)
        return await self.changed(standing, change)

    async def with_credit(self, invoice, standing):
        """Write an open invoice that takes the credit of its subscription."""
        less = replace(invoice, credit_applied=CREDIT, total=invoice.total - CREDIT)
        await self.changed(standing, standing.subscription.credited(-CREDIT).told())
        async with self.open() as repos:
            await repos.invoices.insert(less)
            await self.book.post(repos, less)
        return less

    async def gives_up(self):
        """Bad debt, and bad debt that was paid after all."""
        for is_paid_late in (False, True):
            standing = await self.granted(await self.paid())
            invoice = await self.with_credit(self.book.invoice(standing.subscription), standing)
            now = self.book.clock.now()
            given_up = replace(invoice, status=InvoiceStatus.UNCOLLECTIBLE, marked_uncollectible_at=now)
            async with self.open() as repos:
                await repos.invoices.update(given_up)
                await repos.ledger.post(self.book.postings.uncollectible(invoice))
            await self.changed(standing, standing.subscription.told())
            if not is_paid_late:
                continue
            attempt = self.book.attempt(given_up, standing.method)
            async with self.open() as repos:
                await repos.attempts.insert(attempt)
                await repos.attempts.update(replace(attempt, status=AttemptStatus.SUCCEEDED, settled_at=now))
                await repos.invoices.update(self.book.paid(given_up))
                await repos.ledger.post(self.book.postings.uncollectible_recovered(given_up))
                await repos.ledger.post(self.book.postings.payment(attempt))
            await self.changed(standing, standing.subscription.credited(-CREDIT).renewal_paid(invoice.period))

    async def forgives(self):
        """A past due period that passes unpaid, and the next one, paid."""
        standing = await self.paid()
        standing = await self.changed(standing, standing.subscription.renewal_failed())
        invoice = self.book.invoice(standing.subscription)
        async with self.open() as repos:
            await repos.invoices.insert(invoice)
            await self.book.post(repos, invoice)
            await repos.ledger.post(self.book.postings.void(invoice))
            await repos.invoices.update(replace(invoice, status=InvoiceStatus.VOID))
        change = SettlementPlanner.forgive(standing.subscription, invoice.period)
        await self.book.renew(self.tenant, await self.changed(standing, change))

    async def leaps(self):
        """A pause that outlasts its period, and periods that were left out; one is billed afterwards, one not yet."""
        for is_billed in (False, True):
            for kind in (EventType.SUBSCRIPTION_RESUMED, EventType.SUBSCRIPTION_UPDATED):
                standing = await self.paid()
                at = standing.subscription.current_period_end + TimeDelta(hours=100)
                anew = replace(standing.subscription, current_period_start=at, current_period_end=at).anchored_from(at)
                data = {"currentPeriodStart": at.format_iso(), "currentPeriodEnd": at.format_iso()}
                if kind is EventType.SUBSCRIPTION_UPDATED:
                    data["skippedPeriods"] = 1
                landed = await self.changed(standing, anew.told(kind), data)
                if is_billed:
                    await self.book.renew(self.tenant, landed)

    async def changes_plans(self):
        """A proration that moves nothing, and a new cadence that begins within a paid period."""
        standing = await self.paid()
        now = standing.subscription.current_period_start + TimeDelta(hours=24 * 3)
        base = self.book.invoice(standing.subscription)
        proration = replace(
            base,
            id=self.book.ids.new(InvoiceId),
            idempotency_key="proration",
            kind=InvoiceKind.PRORATION,
            period_start=now,
            period_end=standing.subscription.current_period_end,
        )
        await self.settled(proration, standing)
        terms = Terms(standing.plan.id, standing.plan.amount, Cadence(Interval.WEEK, 1), None)
        change = PlanChange(terms, 1, standing.subscription.zone)
        period = Period(now, now + TimeDelta(hours=24 * 7))
        on_payment = replace(
            base,
            id=self.book.ids.new(InvoiceId),
            idempotency_key="plan_change",
            kind=InvoiceKind.PLAN_CHANGE,
            plan_change=change,
            period_start=period.start,
            period_end=period.end,
        )
        await self.settled(on_payment, standing)
        cycles = standing.subscription.cycles_completed + 1
        begun = replace(
            standing.subscription,
            terms=terms,
            anchor=now,
            current_period_start=period.start,
            current_period_end=period.end,
            cycles_completed=cycles,
        )
        await self.changed(standing, begun.told(EventType.SUBSCRIPTION_PLAN_CHANGED))

    async def begins_with_a_part_period(self):
        standing = await self.book.standing(self.tenant)
        invoice = self.book.invoice(standing.subscription)
        await self.settled(invoice, standing, InvoiceLine.single("Gold, part of a period", invoice.total))
        period = invoice.period
        moved = replace(standing.subscription, current_period_start=period.start, current_period_end=period.end)
        await self.changed(standing, moved.told(EventType.SUBSCRIPTION_PAYMENT_SUCCESS))

    async def is_canceled_in_flight(self):
        """Paid after its end: the money and the credit in it go back."""
        standing = await self.granted(await self.paid())
        invoice = await self.with_credit(self.book.invoice(standing.subscription), standing)
        attempt = self.book.attempt(invoice, standing.method)
        refund = self.book.refund(attempt)
        async with self.open() as repos:
            await repos.attempts.insert(attempt)
            await repos.attempts.update(
                replace(attempt, status=AttemptStatus.SUCCEEDED, settled_at=self.book.clock.now())
            )
            await repos.invoices.update(self.book.paid(invoice))
            await repos.ledger.post(self.book.postings.payment(attempt))
            await repos.refunds.insert(refund)
            await repos.ledger.post(self.book.postings.refund_claimed(refund))
        spent = replace(standing, subscription=standing.subscription.credited(-CREDIT))
        ended = await self.changed(spent, spent.subscription.cancel_now(self.book.clock.now()))
        await self.granted(ended, invoice)

    async def has_lines_for_later(self):
        """One credit that an invoice took up, and one that lapsed with its subscription."""
        standing = await self.paid()
        line = PendingLine("Unused time", -CREDIT)
        base = self.book.invoice(standing.subscription)
        invoice = replace(base, subtotal=base.subtotal - CREDIT, total=base.total - CREDIT)
        async with self.open() as repos:
            await repos.pending_lines.add(standing.subscription.id, [line], now=self.book.clock.now())
            [waiting] = await repos.pending_lines.waiting([standing.subscription.id])
        await self.settled(invoice, standing, *base.lines, InvoiceLine.single(line.description, line.amount))
        async with self.open() as repos:
            await repos.session.execute(
                "update {schema}.pending_lines set invoice_id = $3 where tenant_id = $1 and id = $2",
                waiting.id.value,
                invoice.id.value,
            )
        renewed = await self.changed(standing, standing.subscription.renewal_paid(invoice.period))
        async with self.open() as repos:
            await repos.pending_lines.add(renewed.subscription.id, [line], now=self.book.clock.now())
            await repos.pending_lines.lapse(renewed.subscription.id, now=self.book.clock.now())
            await repos.ledger.post(self.book.postings.credit_at_end(renewed.subscription.id, CREDIT))
        await self.changed(renewed, renewed.subscription.cancel_now(self.book.clock.now(), [line]))

    async def redeems(self):
        standing = await self.paid()
        await self.book.damage(
            f"""insert into test.promo_codes
                (tenant_id, id, code, percent_off, duration, redemptions, created_at, updated_at)
            values ('{self.tenant.value}', '{standing.plan.id.value}', 'TEN', 1000, 'forever', 1, now(), now())""",
            f"""update test.subscriptions set promo_code_id = '{standing.plan.id.value}', promotion = '{{}}'
            where id = '{standing.subscription.id.value}'""",
        )


class TestAnAuditOfDecisions:
    @pytest.fixture
    async def chronicle(self, book):
        chronicle = Chronicle(book, await book.tenant())
        for happens in (
            chronicle.gives_up,
            chronicle.forgives,
            chronicle.leaps,
            chronicle.changes_plans,
            chronicle.begins_with_a_part_period,
            chronicle.is_canceled_in_flight,
            chronicle.has_lines_for_later,
            chronicle.redeems,
        ):
            await happens()
        return chronicle

    async def test_finds_nothing_in_a_book_in_order(self, book, chronicle):
        assert (await Audit(book.admin).run(Mode.TEST)).findings == ()

    @pytest.mark.parametrize(("check", "statement"), CASES)
    async def test_finds_damage(self, book, chronicle, check, statement):
        await book.damage(statement)
        report = await Audit(book.admin).run(Mode.TEST)
        assert check in {finding.check for finding in report.findings}
