"""Acts in any order, over months, with a provider of changing moods: what must be true of the rows all the time."""

import asyncio
import os
import random
from collections import Counter
from itertools import pairwise

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from whenever import TimeDelta

from duro.billing.recovery import Rail
from duro.db import PageRequest
from duro.db.push_rows import PaymentRequest, PaymentRequestStatus
from duro.db.records import AttemptStatus, InvoiceKind, InvoiceStatus, RefundStatus
from duro.kernel import Money, PaymentRequestId
from duro.merchant_api.customers import CreateCustomer, CreateCustomerCommand
from duro.merchant_api.pushed import ArrivedMoney, Received, ReceiveMoney
from duro.merchant_api.subscriptions import StartSubscriptionCommand
from duro.merchant_api.test_clocks import AdvanceTestClockCommand, CreateTestClock, CreateTestClockCommand
from duro.payments import Approved, Refunded

ACTS = (
    *("cancel at the end", "keep", "pause", "resume", "change, prorated", "change, invoiced", "change of interval"),
    *("change of quantity", "schedule", "unschedule", "billing day", "other card", "credit", "promo code"),
    *("no promo code", "refund", "refund of a part", "void", "write off", "pay", "recover", "retry now", "renew"),
)
KINDS = ("due", "running", "past_due", "started", "on trial", "of three cycles", "of a hesitant provider")
KINDS += ("on a test clock",) * 2
IN_REAL_TIME = {"renew", "recover"}
"""What nobody does by hand to a customer on a test clock: its advance finds that."""
MOODS = ("obliging", "obliging", "declining", "taking silently", "losing")
CLAIMED = {RefundStatus.PENDING, RefundStatus.SUCCEEDED, RefundStatus.NEEDS_ATTENTION}
STEPS = (TimeDelta(minutes=2), TimeDelta(hours=25), TimeDelta(hours=24 * 9), TimeDelta(hours=24 * 31))


class Rows:
    """Everything that is written of one subscription."""

    @classmethod
    async def read(cls, scene) -> "Rows":
        rows = cls()
        async with scene.world.contexts.open(scene.world.tenant_id) as repos:
            page = PageRequest(limit=100)
            rows.subscription = await repos.subscriptions.get(scene.subscription_id)
            found = (await repos.invoices.list(page, subscription_id=scene.subscription_id)).items
            rows.invoices = [await repos.invoices.get(one.id) for one in reversed(found)]
            rows.attempts = {one.id: await repos.attempts.of_invoice(one.id) for one in rows.invoices}
            rows.requests = await repos.payment_requests.of_invoices([one.id for one in rows.invoices])
            rows.pushed = Counter()
            for payment in await repos.incoming_payments.of_subscription(scene.subscription_id):
                for part in await repos.incoming_payments.allocations(payment.id):
                    rows.pushed[part.pays] += part.amount.amount
            rows.refunds = [
                refund
                for attempts in rows.attempts.values()
                for attempt in attempts
                for refund in await repos.refunds.of_attempt(attempt.id)
            ]
            rows.cases = (await repos.dunning.list(page, subscription_id=scene.subscription_id)).items
            rows.steps = {
                case.id: Counter(step.kind for step in (await repos.dunning.events(case.id, page)).items)
                for case in rows.cases
            }
            events = (await repos.events.list(page, subscription_id=scene.subscription_id)).items
        rows.events = [one.type for one in sorted(events, key=lambda one: one.sequence)]
        return rows

    @property
    def pending(self):
        return [one for each in self.attempts.values() for one in each if one.status is AttemptStatus.PENDING]

    def last(self, *statuses):
        return next((one.id for one in reversed(self.invoices) if one.status in statuses), None)


class Story(RuleBasedStateMachine):
    """One subscription's life over the real services and a real database."""

    world = None
    loop = None

    def __init__(self) -> None:
        super().__init__()
        self.scene = self.chance = self.test_clock = None
        self.world.clock.start_over()
        self.world.gateway.turn("obliging")

    def run(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(timeout=60)

    @initialize(seed=st.integers(0, 2**64))
    def begin(self, seed) -> None:
        """Let chance choose what happens: drawn one by one, acts would be few and the same ones again and again."""
        self.chance = random.Random(seed)
        self.run(self._begin(self.chance.choice(KINDS)))

    async def _begin(self, kind) -> None:
        self.world.gateway.turn("obliging")
        self.test_clock = None
        if kind in {"due", "running", "past_due"}:
            self.scene = await self.world.scene(kind)
            return
        merchant = self.world.merchant
        if kind == "on a test clock":
            customer = await self._customer_on_a_test_clock()
        else:
            customer = await merchant.customer()
        method, other = [await merchant.payment_method(customer) for _ in range(2)]
        if kind == "of a hesitant provider":
            self.world.gateway.turn(self.chance.choice(MOODS))
        command = StartSubscriptionCommand(
            customer_id=customer.id,
            plan_id=self.world.plans["usual"].id,
            payment_method_id=method.id,
            trial_days=10 if kind == "on trial" else 0,
            max_cycles=3 if kind == "of three cycles" else None,
        )
        started = await self.world.start.execute(self.world.tenant_id, command)
        self.scene = self.world.scene_of(started.id, method.id, other.id)

    async def _customer_on_a_test_clock(self):
        world = self.world
        create = CreateTestClock(world.contexts, world.ids, world.clock)
        command = CreateTestClockCommand(name="Apart", now=world.clock.now())
        self.test_clock = await create.execute(world.tenant_id, command)
        order = CreateCustomerCommand(email="ada@example.com", test_clock_id=self.test_clock.id)
        return await CreateCustomer(world.contexts, world.ids, world.clock).execute(world.tenant_id, order)

    @rule()
    def step(self) -> None:
        """Do something, let time pass, or let the provider behave otherwise; of an end, make a new beginning."""
        now = self.run(Rows.read(self.scene)).subscription
        what = self.chance.random()
        if now.is_terminal and what < 0.3:
            self.run(self._end())
            self.run(self._begin(self.chance.choice(KINDS)))
        elif what < 0.08:
            self.run(self._push())
        elif what < 0.55:
            self.run(self._act(self.chance.choice(ACTS)))
        elif what < 0.88:
            self.run(self._pass(self.chance.choice(STEPS)))
        elif what < 0.98:
            self.world.gateway.turn(self.chance.choice(MOODS))
        elif now.cycles_completed >= 2:
            self.run(self._act("cancel now"))

    async def _act(self, act) -> None:
        rows = await Rows.read(self.scene)
        paid = rows.last(InvoiceStatus.PAID)
        if paid is None and act.startswith("refund"):
            return
        if self.test_clock is not None and act in IN_REAL_TIME:
            return
        await self.world.run(
            act,
            self.scene.with_rows(
                paid=paid,
                unpaid=rows.last(InvoiceStatus.OPEN, InvoiceStatus.UNCOLLECTIBLE),
                case=next((one.id for one in rows.cases if one.is_open), None),
            ),
        )

    async def _push(self) -> None:
        """Let the payer push some money for one of the invoices, whatever has become of that."""
        world, rows = self.world, await Rows.read(self.scene)
        if not rows.invoices:
            return
        invoice = self.chance.choice(rows.invoices[-3:])
        request = next((one for one in rows.requests if one.invoice_id == invoice.id), None)
        if request is None:
            request = PaymentRequest(
                id=world.ids.new(PaymentRequestId),
                invoice_id=invoice.id,
                subscription_id=invoice.subscription_id,
                provider="simulated",
                rail=Rail.TRANSFER,
                status=PaymentRequestStatus.OPEN,
                amount=Money(max(1, invoice.total.amount), invoice.currency),
                look_at=None,
                created_at=world.clock.now(),
            )
            async with world.contexts.open(world.tenant_id) as repos:
                await repos.payment_requests.insert(request)
        asked = request.amount.amount
        sent = self.chance.choice([asked, asked, max(1, asked // 3), asked * 2 // 3 + 1, asked + 1_000])
        money = ArrivedMoney(
            provider="simulated",
            reference=f"push-{world.ids.new(PaymentRequestId).suffix}",
            amount=Money(sent, invoice.currency),
            rail=Rail.TRANSFER,
            at=world.clock.now(),
            request_id=request.id,
        )
        receive = ReceiveMoney(world.contexts, world.gateways, ids=world.ids, clock=world.clock)
        outcomes = [await receive.execute(world.tenant_id, money) for _ in range(2)]
        assert outcomes[1] is Received.KNOWN

    async def _pass(self, step: TimeDelta) -> None:
        """Let time pass, and have what falls due done: as scanners would, or by an advance of its own clock.

        An advance asks after a request that is lost again and again every minute: an hour of that is enough.
        """
        if self.test_clock is not None and self.world.gateway.mood == "losing":
            step = min(step, TimeDelta(hours=1))
        self.world.clock.advance(step)
        if self.test_clock is None:
            await self._work()
            return
        command = AdvanceTestClockCommand(clock_id=self.test_clock.id, to=self.test_clock.now + step)
        is_on_its_way = True
        while is_on_its_way:
            self.test_clock = await self.world.advance.execute(self.world.tenant_id, command)
            is_on_its_way = self.test_clock.is_advancing

    async def _work(self) -> None:
        world, tenant = self.world, self.world.tenant_id
        rows = await Rows.read(self.scene)
        for attempt in rows.pending:
            await world.pending.resolve(tenant, attempt.id)
        for refund in rows.refunds:
            if refund.status is RefundStatus.PENDING:
                await world.refunds.process(tenant, refund.id)
        for case in rows.cases:
            await world.dunning.process(tenant, case.id)
        if rows.subscription.status == "incomplete":
            await world.incomplete.drive(tenant, self.scene.subscription_id)
        await world.billing.renew(tenant, self.scene.subscription_id)

    @invariant()
    def holds(self) -> None:
        if self.scene is not None:
            self.check(self.run(Rows.read(self.scene)))

    def check(self, rows) -> None:
        """What is true at every moment."""
        now = rows.subscription
        assert now.balance.amount >= 0
        assert now.event_sequence == len(rows.events)
        assert len(rows.pending) <= 1
        for invoice in rows.invoices:
            assert sum(line.amount.amount for line in invoice.lines) == invoice.subtotal.amount
            assert invoice.subtotal - invoice.discount - invoice.credit_applied == invoice.total
            won = [one for one in rows.attempts[invoice.id] if one.status is AttemptStatus.SUCCEEDED]
            charged = sum(one.amount_allocated.amount for one in won)
            assert charged + rows.pushed[invoice.id] == invoice.amount_paid.amount
            back = [one for one in rows.refunds if one.invoice_id == invoice.id]
            given = sum(one.amount.amount for one in back if one.status is RefundStatus.SUCCEEDED)
            claimed = sum(
                one.amount.amount for one in back if one.status in {"pending", "succeeded", "needs_attention"}
            )
            assert given == invoice.amount_refunded.amount
            assert claimed <= invoice.amount_paid.amount
        self._check_periods(rows)
        self._check_cases(rows)

    @staticmethod
    def _check_cases(rows) -> None:
        """A case tells once how it began and how it ended; one that was given up may be won, or taken back, later."""
        ends = {"recovered", "cancelled", "exhausted"}
        for case in rows.cases:
            steps = rows.steps[case.id]
            assert steps["opened"] == 1, steps
            ended = {kind for kind in ends if steps[kind]}
            assert all(steps[kind] == 1 for kind in ended), steps
            assert ended - {"exhausted"} == {case.state} & ends - {"exhausted"}, (case.state, steps)
            assert case.state != "exhausted" or "exhausted" in ended, steps

    @staticmethod
    def _check_periods(rows) -> None:
        """Hold the periods that were billed against one another: none twice, and none left out without a reason."""
        billed = [
            one
            for one in rows.invoices
            if one.kind is not InvoiceKind.PRORATION and one.status in {InvoiceStatus.PAID, InvoiceStatus.OPEN}
        ]
        billed.sort(key=lambda one: (one.period_start, one.created_at))
        for earlier, later in pairwise(billed):
            if later.kind is InvoiceKind.PLAN_CHANGE or earlier.kind is InvoiceKind.PLAN_CHANGE:
                continue
            assert earlier.period_end <= later.period_start, f"{earlier.period} and {later.period} are billed twice"
            if earlier.period_end < later.period_start:
                reasons = {"subscription_resumed", "subscription_updated", "subscription_recovered"}
                forgiven = {one.period_start for one in rows.invoices if one.status is InvoiceStatus.VOID}
                assert reasons & set(rows.events) or earlier.period_end in forgiven, "A period was left out"
        paid = [one for one in billed if one.status is InvoiceStatus.PAID and one.kind is InvoiceKind.PERIOD]
        assert rows.subscription.cycles_completed <= len(paid) + sum(
            one.kind is InvoiceKind.PLAN_CHANGE and one.status is InvoiceStatus.PAID for one in rows.invoices
        )

    def teardown(self) -> None:
        if self.scene is not None:
            self.run(self._end())

    async def _end(self) -> None:
        """Find out what is still unknown, then hold our books against the provider's and have them audited."""
        self.world.gateway.turn("obliging")
        for _ in range(26):
            rows = await Rows.read(self.scene)
            if not rows.pending and not any(one.status is RefundStatus.PENDING for one in rows.refunds):
                break
            await self._pass(TimeDelta(hours=1))
        rows = await Rows.read(self.scene)
        assert rows.pending == []
        for attempts in rows.attempts.values():
            for attempt in attempts:
                answer = await self.world.gateway.lookup(attempt.reference)
                assert isinstance(answer, Approved) == (attempt.status is AttemptStatus.SUCCEEDED), attempt
        for refund in rows.refunds:
            answer = await self.world.gateway.lookup_refund(refund.reference)
            assert isinstance(answer, Refunded) == (refund.status is RefundStatus.SUCCEEDED), refund
        self.check(rows)
        assert await self.world.audit() == ()


class TestAnyOrderOfActs:
    async def test_keeps_what_must_be_true(self, world):
        """DURO_MACHINE gives the number of stories to tell instead of the few of every run."""
        told = int(os.environ.get("DURO_MACHINE", "0"))
        short = settings(
            max_examples=told or 25,
            stateful_step_count=40 if told else 20,
            derandomize=not told,
            deadline=None,
            database=None,
            phases=[Phase.generate, Phase.shrink] if told else [Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        Story.world, Story.loop = world, asyncio.get_running_loop()
        await asyncio.to_thread(run_state_machine_as_test, Story, settings=short)
