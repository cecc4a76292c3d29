from dataclasses import dataclass, replace
from uuid import UUID

import pytest
from whenever import Instant, TimeDelta

from duro.billing import (
    BillingCycle,
    Cadence,
    EventType,
    Interval,
    InvoiceLine,
    Subscription,
    SubscriptionStatus,
    Terms,
)
from duro.crypto import Uuid7IdFactory
from duro.db import DatabasePool, Postings, Repositories, RepositoryContexts
from duro.db.records import (
    AttemptStatus,
    Customer,
    Invoice,
    InvoiceKind,
    InvoiceStatus,
    PaymentAttempt,
    PaymentMethod,
    Plan,
    Refund,
    RefundStatus,
)
from duro.kernel import (
    Currency,
    CustomerId,
    InvoiceId,
    Mode,
    Money,
    PaymentAttemptId,
    PaymentMethodId,
    PlanId,
    RefundId,
    SubscriptionId,
    TenantId,
)
from duro.testkit.stepping_clock import SteppingClock

NGN = Currency("NGN")
START = Instant.from_utc(2026, 1, 31, 9)


@dataclass(frozen=True)
class Standing:
    """A subscription with everything it refers to."""

    plan: Plan
    customer: Customer
    method: PaymentMethod
    subscription: Subscription


class Book:
    """Writes lawful rows of one database, through the repositories."""

    def __init__(self, admin: DatabasePool | None, pools: dict[Mode, DatabasePool]) -> None:
        self.clock = SteppingClock(START)
        self.ids = Uuid7IdFactory(self.clock)
        self.postings = Postings(ids=self.ids, clock=self.clock)
        self.admin = admin
        self.pools = pools
        self.contexts = {
            mode: RepositoryContexts(pool, mode, clock=self.clock, ids=self.ids) for mode, pool in pools.items()
        }

    @property
    def test(self) -> RepositoryContexts:
        return self.contexts[Mode.TEST]

    async def tenant(self, name: str = "Ada Stores") -> TenantId:
        tenant_id = self.ids.new(TenantId)
        async with self.admin.acquire() as connection:
            await connection.execute(
                "insert into core.tenants (id, name, created_at) values ($1, $2, $3)", tenant_id.value, name, START
            )
        return tenant_id

    def plan(self, amount: int = 500_000) -> Plan:
        return Plan(
            id=self.ids.new(PlanId),
            name="Gold",
            amount=Money(amount, NGN),
            interval=Interval.MONTH,
            interval_count=1,
            trial_days=0,
            max_cycles=None,
            archived_at=None,
            created_at=START,
            updated_at=START,
        )

    def customer(self, ref: str | None = None) -> Customer:
        return Customer(
            id=self.ids.new(CustomerId),
            ref=ref,
            email="ngozi@example.com",
            name="Ngozi",
            phone=None,
            metadata={"tier": "1"},
            created_at=START,
            updated_at=START,
        )

    def method(self, customer: Customer) -> PaymentMethod:
        return PaymentMethod(
            id=self.ids.new(PaymentMethodId),
            customer_id=customer.id,
            provider="simulated",
            token="tok_approve",
            brand="visa",
            last4="4242",
            exp_month=12,
            exp_year=2030,
            detached_at=None,
            created_at=START,
        )

    def subscription(
        self, plan: Plan, customer: Customer, method: PaymentMethod | None, *, period_end: Instant = START
    ) -> Subscription:
        return Subscription(
            id=self.ids.new(SubscriptionId),
            customer_id=customer.id,
            terms=Terms(plan_id=plan.id, amount=plan.amount, cadence=plan.cadence, max_cycles=plan.max_cycles),
            zone="Africa/Lagos",
            status=SubscriptionStatus.ACTIVE,
            anchor=period_end,
            current_period_start=period_end - TimeDelta(hours=24),
            current_period_end=period_end,
            trial_ends_at=None,
            cycles_completed=0,
            cancel_at_period_end=False,
            balance=Money.zero(NGN),
            payment_method_id=None if method is None else method.id,
            quantity=1,
            metadata={"seat": "a"},
            access_ends_at=None,
            canceled_at=None,
            event_sequence=1,
            created_at=START,
        )

    async def standing(self, tenant: TenantId, mode: Mode = Mode.TEST, *, period_end: Instant = START) -> Standing:
        """Write a plan, a customer, a card and an active subscription with its first event."""
        plan, customer = self.plan(), self.customer()
        method = self.method(customer)
        subscription = self.subscription(plan, customer, method, period_end=period_end)
        async with self.contexts[mode].open(tenant) as repos:
            await repos.plans.insert(plan)
            await repos.customers.insert(customer)
            await repos.payment_methods.insert(method)
            await repos.subscriptions.insert(subscription)
            await repos.events.append(subscription, [EventType.SUBSCRIPTION_CREATED], {"id": str(subscription.id)})
        return Standing(plan, customer, method, subscription)

    def invoice(self, subscription: Subscription) -> Invoice:
        cycle = BillingCycle(subscription.anchor, subscription.zone, Cadence(Interval.MONTH, 1))
        period = cycle.period_starting_at(subscription.current_period_end)
        amount, zero = subscription.terms.amount, Money.zero(NGN)
        return Invoice(
            id=self.ids.new(InvoiceId),
            subscription_id=subscription.id,
            customer_id=subscription.customer_id,
            idempotency_key=f"renewal_{subscription.id}_{period.start}",
            status=InvoiceStatus.OPEN,
            subtotal=amount,
            discount=zero,
            credit_applied=zero,
            total=amount,
            amount_paid=zero,
            amount_refunded=zero,
            period_start=period.start,
            period_end=period.end,
            paid_at=None,
            rail=None,
            created_at=self.clock.now(),
            kind=InvoiceKind.PERIOD,
            credit_granted=zero,
            lines=(InvoiceLine(description="Gold", quantity=1, unit_amount=amount, amount=amount),),
        )

    def attempt(self, invoice: Invoice, method: PaymentMethod) -> PaymentAttempt:
        return PaymentAttempt(
            id=self.ids.new(PaymentAttemptId),
            invoice_id=invoice.id,
            subscription_id=invoice.subscription_id,
            payment_method_id=method.id,
            provider="simulated",
            rail="card",
            status=AttemptStatus.PENDING,
            amount=invoice.total,
            reason="the period is over",
            failure_code=None,
            failure_message=None,
            advice_code=None,
            claimed_until=self.clock.now() + TimeDelta(seconds=60),
            created_at=self.clock.now(),
            settled_at=None,
        )

    async def claim(
        self, tenant: TenantId, standing: Standing, mode: Mode = Mode.TEST
    ) -> tuple[Invoice, PaymentAttempt]:
        """Write an open invoice with its journal and a pending attempt."""
        invoice = self.invoice(standing.subscription)
        attempt = self.attempt(invoice, standing.method)
        async with self.contexts[mode].open(tenant) as repos:
            await repos.invoices.insert(invoice)
            await self.post(repos, invoice)
            await repos.attempts.insert(attempt)
        return invoice, attempt

    async def renew(self, tenant: TenantId, standing: Standing, mode: Mode = Mode.TEST) -> Standing:
        """Write a paid renewal: invoice, attempt, journals, events, and the period moved."""
        invoice, attempt = await self.claim(tenant, standing, mode)
        now = self.clock.now()
        change = standing.subscription.renewal_paid(invoice.period)
        async with self.contexts[mode].open(tenant) as repos:
            await repos.attempts.update(replace(attempt, status=AttemptStatus.SUCCEEDED, settled_at=now))
            await repos.invoices.update(self.paid(invoice))
            await repos.ledger.post(self.postings.payment(attempt))
            await repos.subscriptions.update(change.subscription)
            await repos.events.append(change.subscription, change.events, {})
        return replace(standing, subscription=change.subscription)

    def paid(self, invoice: Invoice) -> Invoice:
        return replace(
            invoice, status=InvoiceStatus.PAID, amount_paid=invoice.total, paid_at=self.clock.now(), rail="card"
        )

    def refund(self, attempt: PaymentAttempt) -> Refund:
        return Refund(
            id=self.ids.new(RefundId),
            attempt_id=attempt.id,
            invoice_id=attempt.invoice_id,
            status=RefundStatus.PENDING,
            amount=attempt.amount,
            reason="canceled_in_flight",
            claimed_until=self.clock.now(),
            created_at=self.clock.now(),
            settled_at=None,
        )

    async def post(self, repos: Repositories, invoice: Invoice) -> None:
        journal = self.postings.invoice(invoice)
        assert journal is not None
        await repos.ledger.post(journal)

    async def damage(self, *statements: str, arguments: tuple[UUID, ...] = ()) -> None:
        """Write as a superuser whom neither policy, trigger nor foreign key stops."""
        async with self.admin.acquire() as connection:
            await connection.execute("begin; set local session_replication_role = replica")
            for statement in statements:
                await connection.execute(statement, *arguments)
            await connection.execute("commit")


@pytest.fixture
async def pools(database):
    opened = {
        Mode.TEST: await DatabasePool.open(database.test_url, min_size=0, max_size=4),
        Mode.LIVE: await DatabasePool.open(database.live_url, min_size=0, max_size=2),
    }
    yield opened
    for pool in opened.values():
        await pool.close()


@pytest.fixture
async def admin(database):
    pool = await DatabasePool.open(database.admin_url, min_size=0, max_size=2)
    yield pool
    await pool.close()


@pytest.fixture
async def sweep_pool(database):
    pool = await DatabasePool.open(database.sweep_url, min_size=0, max_size=2)
    yield pool
    await pool.close()


@pytest.fixture
def paper():
    """A book that only makes values and has no database to write them to."""
    return Book(None, {})


@pytest.fixture
def book(admin, pools):
    return Book(admin, pools)
