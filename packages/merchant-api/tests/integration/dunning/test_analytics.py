"""Analytics beside a slow reference that works them out from the raw rows, one by one."""

import math
from collections import defaultdict
from fractions import Fraction
from random import Random
from zoneinfo import ZoneInfo

import pytest
from whenever import Instant, TimeDelta

from duro.billing import Interval, ProrationBehavior
from duro.billing.recovery import Rail
from duro.crypto import Uuid7IdFactory
from duro.db import PageRequest
from duro.db.records import AttemptStatus
from duro.kernel import Currency, InvalidInputError, Mode, Money
from duro.merchant_api.analytics import ReadAnalytics, Stretch
from duro.merchant_api.billing import GatewayRegistry, RefundService
from duro.merchant_api.billing.collection import Collection
from duro.merchant_api.dunning import ListCases
from duro.merchant_api.invoices import VoidInvoice
from duro.merchant_api.pushed import ArrivedMoney
from duro.merchant_api.refunds import RefundInvoice, RefundInvoiceCommand
from duro.merchant_api.subscriptions import (
    CancelSubscription,
    CancelSubscriptionCommand,
    ChangePlan,
    ChangePlanCommand,
)
from duro.payments import Approved, Declined, Unknown
from duro.testkit.builders import PlanBuilder, SubscriptionBuilder
from duro.testkit.trusted_clock import TrustedClock

BEGIN = Instant.from_utc(2026, 4, 30, 22)
DECLINES = [Declined("51", "No funds", None), Declined("54", "Expired card", None), Declined("91", "Issuer down", None)]
A_YEAR = {"hour": 8760, "day": 365, "week": Fraction(365, 7), "month": 12, "quarter": 4, "biannual": 2, "year": 1}
CADENCES = [(one, count) for one in Interval for count in (1, 2, 5)]
FATES = [
    *("paid", "canceled", "declined", "declined", "recovered", "paused", "declined, canceled"),
    *("voided", "recovered, refunded", "owing a change", "pushed", "pushed in part", "pushed in parts"),
    *("pushed too much", "in flight, canceled"),
]


class Past:
    """Half a hundred subscriptions in three currencies over some months, with all that may become of them."""

    def __init__(self, recovery, clock, seed) -> None:
        self._recovery = recovery
        self._clock = clock
        self._random = Random(seed)
        ids, guard = Uuid7IdFactory(clock), TrustedClock()
        services = {"ids": ids, "clock": clock, "lease": TimeDelta(seconds=60)}
        gateways = GatewayRegistry(Mode.TEST, [recovery.gateway], is_development=True)
        collection = Collection(recovery.contexts, gateways, **services)
        refunds = RefundService(recovery.contexts, gateways, **services)
        self._cancel = CancelSubscription(recovery.contexts, ids, clock)
        self._void = VoidInvoice(recovery.contexts, ids, clock)
        self._refund = RefundInvoice(recovery.contexts, refunds, guard, ids=ids, clock=clock)
        self._change = ChangePlan(recovery.contexts, collection, gateways, guard, ids=ids, clock=clock)

    async def live(self, count) -> None:
        """Begin with a charge that fails in an hour that is May for the merchant and still April in UTC."""
        self._recovery.gateway.kept = self._fee
        self._clock.advance(TimeDelta(minutes=75))
        await self._one("declined")
        for _ in range(count):
            self._clock.advance(TimeDelta(minutes=self._random.randrange(60, 4_000)))
            await self._one(self._random.choice(FATES))
        self._recovery.gateway.answers[:] = [DECLINES[0]] * 1_000
        await self._recovery.until(self._clock.now() + TimeDelta(hours=24 * 20))

    async def _one(self, fate) -> None:
        chance, recovery = self._random, self._recovery
        interval, every = chance.choice(CADENCES)
        amount = Money(chance.randrange(1, 900_001), Currency(chance.choice(["NGN", "NGN", "GHS", "KES"])))
        plan = await recovery.merchant.plan(PlanBuilder(amount=amount, interval=interval, interval_count=every))
        customer = await recovery.merchant.customer()
        method = await recovery.merchant.payment_method(customer)
        builder = SubscriptionBuilder(quantity=chance.choice([1, 1, 3]))
        subscription = await recovery.merchant.subscription(plan, customer, method, builder=builder)
        is_paid = fate in {"paid", "canceled", "owing a change"}
        recovery.gateway.answers[:] = [] if is_paid else [chance.choice(DECLINES)]
        await recovery.billing.renew(recovery.merchant.tenant.id, subscription.id)
        recovery.gateway.answers[:] = []
        if fate.startswith("in flight"):
            recovery.gateway.answers[:] = [Unknown("Silence.")]
            await recovery.retry_now(subscription)
        if fate.startswith("recovered"):
            await recovery.retry_now(subscription)
        await self._go_on(subscription, fate)

    async def _go_on(self, subscription, fate) -> None:
        recovery, tenant = self._recovery, self._recovery.merchant.tenant.id
        if fate.endswith("refunded"):
            command = RefundInvoiceCommand(invoice_id=(await recovery.case(subscription)).invoice_id, amount=1)
            await self._refund.execute(tenant, command)
        if fate == "voided":
            await self._void.execute(tenant, (await recovery.case(subscription)).invoice_id)
        if fate.startswith("pushed"):
            await self._push(subscription, part=fate.removeprefix("pushed").strip())
        if fate == "owing a change":
            recovery.gateway.answers[:] = [DECLINES[1]]
            quantity, at_once = subscription.quantity + 1, ProrationBehavior.INVOICE_NOW
            command = ChangePlanCommand(subscription_id=subscription.id, quantity=quantity, behavior=at_once)
            await self._change.execute(tenant, command)
            recovery.gateway.answers[:] = []
        if fate == "paused":
            await recovery.pauses.pause(recovery.merchant.tenant.id, (await recovery.case(subscription)).id)
        if fate.endswith("canceled"):
            command = CancelSubscriptionCommand(subscription_id=subscription.id, at_period_end=False)
            await self._cancel.execute(recovery.merchant.tenant.id, command)
        if fate.startswith("in flight"):
            await self._taken_after_all(subscription)

    async def _taken_after_all(self, subscription) -> None:
        recovery = self._recovery
        async with recovery.contexts.open(recovery.merchant.tenant.id) as repos:
            attempts = await repos.attempts.of_invoice((await recovery.case(subscription)).invoice_id)
        [pending] = (one for one in attempts if one.status is AttemptStatus.PENDING)
        recovery.gateway.lookups[pending.reference] = Approved(pending.reference, pending.amount)
        self._clock.advance(TimeDelta(seconds=61))
        await recovery.pending.resolve(recovery.merchant.tenant.id, pending.id)

    async def _push(self, subscription, *, part) -> None:
        """Let the money of the failed charge come after all: at once, in parts, a part of it only, or too much."""
        recovery = self._recovery
        case = await recovery.case(subscription)
        async with recovery.contexts.open(recovery.merchant.tenant.id) as repos:
            [attempt] = await repos.attempts.of_invoice(case.invoice_id)
        whole = attempt.amount.amount
        half = -(-whole // 2)
        amounts = {"": [whole], "in part": [half], "in parts": [half, whole - half], "too much": [whole + half]}[part]
        for order, amount in enumerate(filter(None, amounts)):
            money = ArrivedMoney(
                provider="simulated",
                reference=f"{attempt.id} {order}",
                amount=Money(amount, attempt.amount.currency),
                rail=Rail.TRANSFER,
                at=self._clock.now(),
                attempt_id=attempt.id,
                fee=self._fee(Money(amount, attempt.amount.currency)),
            )
            await recovery.receive.execute(recovery.merchant.tenant.id, money)

    def _fee(self, amount) -> Money | None:
        """Say what the provider kept, if it says so."""
        fee = Money(self._random.randrange(amount.amount // 20 + 1), amount.currency)
        return self._random.choice([fee, fee, None])


class Reference:
    """The same answers, slowly, from every row there is."""

    def __init__(self, rows, stretch, zone) -> None:
        self._subscriptions, self._cases, self._invoices, self._attempts, self._incoming, self._allocations = rows
        self._stretch = stretch
        self._zone = ZoneInfo(zone)

    @classmethod
    async def read(cls, recovery, stretch) -> "Reference":
        tables = (
            "subscriptions",
            "dunning_schedules",
            "invoices",
            "payment_attempts",
            "incoming_payments",
            "allocations",
        )
        async with recovery.admin.acquire() as connection:
            rows = [await connection.fetch(f"select * from test.{table}") for table in tables]
        return cls(rows, stretch, recovery.merchant.tenant.zone)

    def _is_in(self, instant) -> bool:
        return instant is not None and self._stretch.since <= instant < self._stretch.until

    def overview(self):
        answer = defaultdict(lambda: defaultdict(int))
        kinds = {one["id"]: one["kind"] for one in self._invoices}
        given_up = [one for one in self._cases if one["state"] == "exhausted" and kinds[one["invoice_id"]] == "period"]
        for one in self._subscriptions:
            of = answer[one["currency"]]
            if one["status"] in {"active", "past_due"}:
                monthly = Fraction(one["amount"] * one["quantity"]) * A_YEAR[one["interval"]] / 12
                of["recurring"] += math.floor(monthly / one["interval_count"] + Fraction(1, 2))
                of["subscriptions"] += 1
            is_failed = any(case["subscription_id"] == one["id"] for case in given_up)
            if one["status"] == "canceled" and self._is_in(one["canceled_at"]) and not is_failed:
                of["churned_by_choice"] += 1
        failed = {(one["currency"], one["subscription_id"]) for one in given_up if self._is_in(one["closed_at"])}
        for currency, _ in failed:
            answer[currency]["churned_by_failure"] += 1
        for one in self._cases:
            if self._is_in(one["opened_at"]):
                self._count(answer[one["currency"]], one)
        for of in answer.values():
            of.update(self._rates(of))
        return {currency: dict(of) for currency, of in answer.items() if any(of.values())}

    def _fees(self, case) -> list[int | None]:
        """What was kept of each piece of money that paid for it since it failed, charged or pushed."""
        fees = [
            one["fee"]
            for one in self._attempts
            if (one["invoice_id"], one["status"]) == (case["invoice_id"], "succeeded")
            and one["amount"] > one["credited"]
        ]
        paid_by = {one["incoming_payment_id"] for one in self._allocations if one["invoice_id"] == case["invoice_id"]}
        late = (one for one in self._incoming if one["id"] in paid_by and one["created_at"] >= case["opened_at"])
        return fees + [one["fee"] for one in late]

    def ledger(self):
        """What each recovered case cost: nobody knows where something of it isn't known."""
        won = [one for one in self._cases if one["state"] == "recovered"]
        return {one["id"]: None if None in (fees := self._fees(one)) else sum(fees) for one in won}

    def _part(self, case) -> int:
        """What was pushed of an invoice that isn't paid, unless that is void and the part went back."""
        [invoice] = (one for one in self._invoices if one["id"] == case["invoice_id"])
        parts = (one["amount"] for one in self._allocations if one["invoice_id"] == case["invoice_id"])
        return 0 if invoice["status"] in {"void", "paid"} else sum(parts)

    def _count(self, of, case) -> None:
        of["cases"] += 1
        of["at_risk"] += case["amount"]
        names = {"recovered": "recovered", "exhausted": "lost", "cancelled": "cancelled"}
        name = names.get(case["state"], "open")
        won = case["amount"] if name == "recovered" else self._part(case)
        of["recovered"] += won
        if name != "recovered":
            of[name] += case["amount"] - won
        of[f"{name}_cases"] += 1
        if won:
            fees = self._fees(case)
            of["fees"] += sum(filter(None, fees))
            of["fees_unknown"] += None in fees

    def cohorts(self):
        answer = defaultdict(lambda: defaultdict(int))
        for one in self._cases:
            if self._is_in(one["opened_at"]):
                local = one["opened_at"].to_stdlib().astimezone(self._zone)
                self._count(answer[(local.year, local.month), one["currency"], one["category"]], one)
        return {
            key: {name: value for name, value in (of | self._rates(of)).items() if value} for key, of in answer.items()
        }

    @staticmethod
    def _rates(of) -> dict[str, int]:
        """How much of the money was won, before and after fees, and how many of the cases."""
        shares = {
            "recovery_basis_points": (of["recovered"], of["at_risk"]),
            "net_recovery_basis_points": (of["recovered"] - of["fees"], of["at_risk"]),
            "case_recovery_basis_points": (of["recovered_cases"], of["cases"]),
        }
        rates = {
            name: math.floor(Fraction(10_000 * won, whole) + Fraction(1, 2))
            for name, (won, whole) in shares.items()
            if whole
        }
        return rates | {"recovered_net": of["recovered"] - of["fees"]}

    def failures(self):
        answer = defaultdict(lambda: [0, 0, 0, 0])
        won = {one["invoice_id"] for one in self._cases if one["state"] == "recovered"}
        for one in self._attempts:
            if one["status"] == "failed" and self._is_in(one["created_at"]):
                local = one["created_at"].to_stdlib().astimezone(self._zone)
                key = (local.year, local.month), one["provider"], one["failure_code"], one["currency"]
                for at in (0, 2) if one["invoice_id"] in won else (0,):
                    answer[key][at] += 1
                    answer[key][at + 1] += one["amount"]
        return {key: tuple(found) for key, found in answer.items()}


FIELDS = ("recurring", "subscriptions", "churned_by_choice", "churned_by_failure")
AT_RISK = (
    *("cases", "recovered_cases", "recovered", "open_cases", "open", "lost_cases", "lost", "cancelled_cases"),
    *("cancelled", "fees", "fees_unknown", "recovered_net"),
    *("recovery_basis_points", "net_recovery_basis_points", "case_recovery_basis_points"),
)


def plain(one, *names, **others):
    """What is told under these names, where it is something."""
    values = {name: getattr(one, name) for name in names} | others
    amounts = {name: value.amount if isinstance(value, Money) else value for name, value in values.items()}
    return {name: value for name, value in amounts.items() if value}


def risked(at_risk):
    return plain(at_risk, *AT_RISK, at_risk=at_risk.amount)


def told(one):
    return plain(one, *FIELDS) | risked(one.at_risk)


class TestAnalytics:
    @pytest.mark.parametrize("seed", [1, 2])
    async def test_equal_a_slow_reference_to_the_minor_unit(self, recovery, clock, seed):
        clock.set(BEGIN)
        await Past(recovery, clock, seed).live(45)
        analytics, tenant = ReadAnalytics(recovery.contexts, clock), recovery.merchant.tenant.id
        days = TimeDelta(hours=24)
        stretches = [
            Stretch(BEGIN, clock.now()),
            Stretch(BEGIN + 5 * days, BEGIN + 25 * days),
            Stretch(BEGIN + 30 * days, clock.now()),
            Stretch(BEGIN - 10 * days, BEGIN),
        ]
        for stretch in stretches:
            reference = await Reference.read(recovery, stretch)
            overview = await analytics.overview(tenant, stretch)
            assert {one.recurring.currency.code: told(one) for one in overview} == {
                currency: {name: value for name, value in of.items() if value}
                for currency, of in reference.overview().items()
            }
            failures = await analytics.failures(tenant, stretch)
            assert {
                ((one.month.year, one.month.month), one.provider, one.code, one.amount.currency.code): (
                    *(one.charges, one.amount.amount),
                    *(one.recovered_charges, one.recovered.amount),
                )
                for one in failures.codes
            } == reference.failures()
            assert {
                ((one.month.year, one.month.month), one.at_risk.amount.currency.code, one.category): risked(one.at_risk)
                for one in failures.cohorts
            } == reference.cohorts()
        whole = (await Reference.read(recovery, stretches[0])).overview()
        seen = {name for of in whole.values() for name, value in of.items() if value}
        assert seen == {*FIELDS, *AT_RISK, "at_risk"}, "This past doesn't ask everything."
        assert await self.ledger(recovery) == (await Reference.read(recovery, stretches[0])).ledger()

    async def ledger(self, recovery):
        """What the ledger of recovered money says that each case cost, page by page."""
        cases, found, after = ListCases(recovery.contexts), {}, None
        while True:
            page = await cases.recovered(recovery.merchant.tenant.id, PageRequest(7, after))
            for one in page.items:
                assert one.net == (None if one.fee is None else one.case.amount - one.fee)
                found[one.case.id.value] = None if one.fee is None else one.fee.amount
            after = page.next_cursor
            if after is None:
                return found

    async def test_are_refused_for_a_stretch_that_ends_before_it_begins_or_is_too_long(self, recovery, clock):
        analytics, now = ReadAnalytics(recovery.contexts, clock), clock.now()
        for since in (now, now - TimeDelta(hours=24 * 400)):
            with pytest.raises(InvalidInputError):
                analytics.stretch(since, now)
        assert analytics.stretch(None, None) == Stretch(now - TimeDelta(hours=24 * 30), now)
