"""A renewal that failed and was recovered leaves the rows of one that succeeded at once, less tries, case, events."""

from collections import Counter
from dataclasses import replace
from itertools import product
from random import Random

import pytest
from whenever import Instant, TimeDelta

from duro.billing import (
    ChangeTiming,
    FixedDiscount,
    Interval,
    PendingLine,
    PercentageDiscount,
    PromotionDuration,
    SubscriptionStatus,
)
from duro.crypto import Uuid7IdFactory
from duro.db.records import DunningState
from duro.kernel import Currency, Mode, Money
from duro.merchant_api.billing import GatewayRegistry, RenewalOutcome
from duro.merchant_api.billing.collection import Collection
from duro.merchant_api.credit import GrantCredit, GrantCreditCommand
from duro.merchant_api.promo_codes import (
    CreatePromoCode,
    CreatePromoCodeCommand,
    RedeemPromoCode,
    RedeemPromoCodeCommand,
)
from duro.merchant_api.subscriptions import ChangePlan, ChangePlanCommand
from duro.payments import Declined
from duro.payments.simulated import PayerOrder
from duro.testkit.builders import PlanBuilder, SubscriptionBuilder
from duro.testkit.trusted_clock import TrustedClock

BEGIN = Instant.from_utc(2026, 3, 31, 9)
NGN = Currency("NGN")
DAY = TimeDelta(hours=24)
CODES = {
    "OFTEN": CreatePromoCodeCommand(
        code="OFTEN", discount=PercentageDiscount(1_250), duration=PromotionDuration.FOREVER
    ),
    "ONCE": CreatePromoCodeCommand(
        code="ONCE", discount=FixedDiscount(Money(70_001, NGN)), duration=PromotionDuration.ONCE
    ),
    "THRICE": CreatePromoCodeCommand(
        code="THRICE", discount=PercentageDiscount(333), duration=PromotionDuration.REPEATING, cycles=3
    ),
}
SITUATIONS = list(
    product(
        [None, "OFTEN", "ONCE", "THRICE"],
        [0, 90_000],
        [(), (120_000,), (-30_000, 5_000)],
        [None, "dearer", "more"],
        ["running", "last cycle", "trial"],
    )
)
"""What may wait for a renewal: a promotion, credit, lines, a change; and what the renewal means."""


class Shop:
    """The plans and codes of a merchant, and the acts that prepare a renewal."""

    def __init__(self, recovery, clock) -> None:
        ids, contexts = Uuid7IdFactory(clock), recovery.contexts
        services = {"ids": ids, "clock": clock}
        gateways = GatewayRegistry(Mode.TEST, [recovery.gateway], is_development=True)
        collection = Collection(contexts, gateways, lease=TimeDelta(seconds=60), **services)
        self._recovery = recovery
        self._tenant = recovery.merchant.tenant.id
        self._codes = CreatePromoCode(contexts, ids, clock)
        self._redeem = RedeemPromoCode(contexts, ids, clock)
        self._credit = GrantCredit(contexts, ids, clock)
        self._change = ChangePlan(contexts, collection, gateways, TrustedClock(), **services)
        self._now = clock.now

    async def open(self) -> None:
        merchant = self._recovery.merchant
        self._usual = await merchant.plan(PlanBuilder(interval=Interval.MONTH))
        self._dearer = await merchant.plan(PlanBuilder(amount=Money(900_000, NGN), interval=Interval.MONTH))
        for code in CODES.values():
            await self._codes.execute(self._tenant, code)

    async def subscribe(self, situation):
        """Give a subscription that renews tomorrow, with all that waits for it."""
        code, credit, lines, change, kind = situation
        merchant = self._recovery.merchant
        customer = await merchant.customer()
        builder = SubscriptionBuilder(
            status=SubscriptionStatus.TRIALING if kind == "trial" else SubscriptionStatus.ACTIVE,
            current_period_end=self._now() + DAY,
            quantity=2,
        )
        plan = await merchant.plan(PlanBuilder(max_cycles=1)) if kind == "last cycle" else self._usual
        method = await merchant.payment_method(customer)
        subscription = await merchant.subscription(plan, customer, method, builder=builder)
        named = {"subscription_id": subscription.id}
        if code is not None:
            await self._redeem.execute(self._tenant, RedeemPromoCodeCommand(**named, code=code))
        if credit:
            await self._credit.execute(self._tenant, GrantCreditCommand(**named, amount=credit, reason="a gift"))
        async with self._recovery.contexts.open(self._tenant) as repos:
            waiting = [PendingLine("Waits", Money(amount, NGN)) for amount in lines]
            await repos.pending_lines.add(subscription.id, waiting, now=self._now())
        if change is not None:
            wanted = {"plan_id": self._dearer.id} if change == "dearer" else {"quantity": 5}
            await self._change.execute(
                self._tenant, ChangePlanCommand(**named, **wanted, timing=ChangeTiming.AT_RENEWAL)
            )
        return subscription


class Rows:
    """What is written of a subscription, without ids, instants of writing, tries, cases and events."""

    SUBSCRIPTION = """
        select status, anchor, current_period_start, current_period_end, cycles_completed, balance, amount, currency,
               interval, interval_count, max_cycles, quantity, zone, billing_day, scheduled_change::text,
               promotion::text, cancel_at_period_end, access_ends_at, trial_ends_at, renews_from, canceled_at
        from test.subscriptions where id = $1"""
    INVOICES = """
        select status, kind, currency, subtotal, discount, credit_applied, credit_granted, total, amount_paid,
               amount_refunded, period_start, period_end, rail, promo_code_id is null as is_plain,
               (select array_agg(row(l.position, l.description, l.quantity, l.unit_amount, l.amount)::text
                                 order by l.position)
                from test.invoice_lines l where l.invoice_id = i.id) as lines
        from test.invoices i where subscription_id = $1"""
    LINES = "select amount, invoice_id is null, lapsed_at is null from test.pending_lines where subscription_id = $1"
    LEDGER = """
        select j.cause_type, e.account, e.amount, e.currency
        from test.journals j join test.ledger_entries e on e.tenant_id = j.tenant_id and e.journal_id = j.id
        where j.cause_id in (
            select id from test.invoices where subscription_id = $1
            union select id from test.payment_attempts where subscription_id = $1
            union select id from test.credit_grants where subscription_id = $1
            union select id from test.incoming_payments where subscription_id = $1
            union select $1)"""

    @classmethod
    async def of(cls, recovery, subscription) -> dict[str, Counter[tuple[object, ...]]]:
        async with recovery.admin.acquire() as connection:
            return {
                name: Counter(
                    tuple(tuple(value) if isinstance(value, list) else value for value in row.values())
                    for row in await connection.fetch(statement, subscription.id.value)
                )
                for name, statement in vars(cls).items()
                if name.isupper()
            }

    @classmethod
    def whatever_the_way(cls, rows) -> dict[str, Counter[tuple[object, ...]] | dict[tuple[object, ...], int]]:
        """The same again, with the ledger as what its accounts come to."""
        accounts: Counter[tuple[object, ...]] = Counter()
        alike = cls.whatever_the_rail(rows)
        for (account, amount, currency), count in alike["LEDGER"].items():
            accounts[account, currency] += amount * count
        return alike | {"LEDGER": {account: amount for account, amount in accounts.items() if amount}}

    @staticmethod
    def whatever_the_rail(rows) -> dict[str, Counter[tuple[object, ...]]]:
        """The same without what names the way by which the money came."""
        invoices = Counter({(*row[:12], *row[13:]): count for row, count in rows["INVOICES"].items()})
        ledger: Counter[tuple[object, ...]] = Counter()
        for row, count in rows["LEDGER"].items():
            ledger[row[1:]] += count
        return rows | {"INVOICES": invoices, "LEDGER": ledger}


class TestARecoveredRenewal:
    @pytest.mark.parametrize("seed", range(3))
    async def test_leaves_the_rows_of_one_that_succeeded_at_once(self, recovery, clock, seed):
        clock.set(BEGIN)
        shop = Shop(recovery, clock)
        await shop.open()
        pairs = [
            (situation, await shop.subscribe(situation), await shop.subscribe(situation))
            for situation in Random(seed).sample(SITUATIONS, 12)
        ]
        clock.advance(DAY)
        for situation, lucky, unlucky in pairs:
            told = await recovery.billing.renew(recovery.merchant.tenant.id, lucky.id)
            recovery.gateway.answers[:] = [Declined("51", "No funds", None)]
            failed = await recovery.billing.renew(recovery.merchant.tenant.id, unlucky.id)
            recovery.gateway.answers[:] = []
            assert (told, failed) == (RenewalOutcome.CHARGED, RenewalOutcome.DUNNING), situation
        await recovery.until(clock.now() + 25 * DAY)

        for situation, lucky, unlucky in pairs:
            assert (await recovery.case(unlucky)).recovered_by is not None, situation
            assert await Rows.of(recovery, unlucky) == await Rows.of(recovery, lucky), situation
        assert await recovery.audit() == ()

    async def test_that_was_paid_by_transfer_leaves_the_same_rows_but_for_the_rail(self, recovery, clock):
        clock.set(BEGIN)
        shop, tenant = Shop(recovery, clock), recovery.merchant.tenant.id
        await shop.open()
        pairs = [
            (situation, await shop.subscribe(situation), await shop.subscribe(situation))
            for situation in Random(4).sample(SITUATIONS, 12)
        ]
        clock.advance(DAY)
        for situation, lucky, unlucky in pairs:
            await recovery.billing.renew(tenant, lucky.id)
            recovery.gateway.answers[:] = [Declined("43", "Stolen card", None)]
            assert await recovery.billing.renew(tenant, unlucky.id) is RenewalOutcome.DUNNING, situation
            recovery.gateway.answers[:] = []
            await recovery.work(unlucky)
            [request] = await recovery.asked(unlucky)
            await recovery.bank.pay(PayerOrder(None, request.instructions["accountNumber"], request.amount))
        clock.advance(TimeDelta(minutes=11))
        await recovery.look()

        for situation, lucky, unlucky in pairs:
            assert (await recovery.case(unlucky)).recovered_rail == "transfer", situation
            first, won = await Rows.of(recovery, lucky), await Rows.of(recovery, unlucky)
            assert Rows.whatever_the_rail(won) == Rows.whatever_the_rail(first), situation
        assert await recovery.audit() == ()

    async def test_that_was_given_up_and_paid_late_leaves_the_same_rows_but_for_the_way_there(self, recovery, clock):
        """What it had taken of the balance went back when it was given up, and is taken again."""
        clock.set(BEGIN)
        shop, tenant = Shop(recovery, clock), recovery.merchant.tenant.id
        await shop.open()
        async with recovery.contexts.open(tenant) as repos:
            wishes = await repos.recovery_settings.lock()
            brief = replace(wishes, dunning=replace(wishes.dunning, deadline_days=5))
            await repos.recovery_settings.put(brief, now=clock.now())
        situations = [situation for situation in Random(5).sample(SITUATIONS, 40) if situation[1]][:8]
        pairs = [
            (situation, await shop.subscribe(situation), await shop.subscribe(situation)) for situation in situations
        ]
        clock.advance(DAY)
        for situation, lucky, unlucky in pairs:
            await recovery.billing.renew(tenant, lucky.id)
            recovery.gateway.answers[:] = [Declined("43", "Stolen card", None)]
            assert await recovery.billing.renew(tenant, unlucky.id) is RenewalOutcome.DUNNING, situation
            recovery.gateway.answers[:] = []
        await recovery.until(clock.now() + 6 * DAY)
        for _, _, unlucky in pairs:
            assert (await recovery.case(unlucky)).state is DunningState.EXHAUSTED
            request = (await recovery.asked(unlucky))[0]
            await recovery.bank.pay(PayerOrder(None, request.instructions["accountNumber"], request.amount))
        clock.advance(2 * DAY)
        await recovery.look()

        for situation, lucky, unlucky in pairs:
            assert (await recovery.case(unlucky)).recovered_rail == "transfer", situation
            first, won = await Rows.of(recovery, lucky), await Rows.of(recovery, unlucky)
            assert Rows.whatever_the_way(won) == Rows.whatever_the_way(first), situation
        assert await recovery.audit() == ()
