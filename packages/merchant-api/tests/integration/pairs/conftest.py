"""One merchant whose subscriptions meet two acts at once, over a real Postgres."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum

import pytest
import pytest_asyncio
from whenever import Instant, TimeDelta

from duro.billing import ChangeTiming, Interval, PercentageDiscount, PromotionDuration, ProrationBehavior
from duro.crypto import Uuid7IdFactory
from duro.db import DatabasePool, PageRequest, RepositoryContexts
from duro.db.audit import Audit
from duro.db.records import InvoiceStatus, Plan
from duro.kernel import Clock, Currency, DomainError, Mode, Money
from duro.merchant_api.billing import BillingService, GatewayRegistry, IncompleteService, PendingService, RefundService
from duro.merchant_api.billing.collection import Collection
from duro.merchant_api.credit import GrantCredit, GrantCreditCommand
from duro.merchant_api.dunning import DunningService, RetryNow
from duro.merchant_api.given import Given
from duro.merchant_api.invoices import MarkInvoiceUncollectible, PayInvoice, PayInvoiceCommand, VoidInvoice
from duro.merchant_api.promo_codes import (
    CreatePromoCode,
    CreatePromoCodeCommand,
    RedeemPromoCode,
    RedeemPromoCodeCommand,
    RemovePromoCode,
)
from duro.merchant_api.pushed import RequestService
from duro.merchant_api.refunds import RefundInvoice, RefundInvoiceCommand
from duro.merchant_api.subscriptions import (
    CancelSubscription,
    CancelSubscriptionCommand,
    ChangePlan,
    ChangePlanCommand,
    PauseSubscription,
    PreviewChange,
    ResumeSubscription,
    StartSubscription,
    UnscheduleChange,
    UpdateSubscription,
    UpdateSubscriptionCommand,
)
from duro.merchant_api.test_clocks import AdvanceTestClock, DueWork
from duro.payments import (
    Approved,
    Declined,
    InMemoryIssuerLedger,
    RefundRefused,
    SimulatedGateway,
    SimulatedIssuer,
    Unknown,
)
from duro.testkit.builders import PlanBuilder, SubscriptionBuilder
from duro.testkit.cloned_database import ClonedDatabase
from duro.testkit.restarting_clock import RestartingClock
from duro.testkit.stage import Stage
from duro.testkit.staged_merchant import StagedMerchant
from duro.testkit.trusted_clock import TrustedClock

LEASE = TimeDelta(seconds=60)
DAY = TimeDelta(hours=24)
NGN = Currency("NGN")
Act = Callable[["Scene"], Awaitable[object]]


class Mood(StrEnum):
    """How a provider answers: it may also take or lose a request and say nothing."""

    OBLIGING = "obliging"
    DECLINING = "declining"
    TAKING_SILENTLY = "taking silently"
    LOSING = "losing"


class DoorGateway:
    """A provider of changing moods that lets somebody else act while it is being asked."""

    def __init__(self, inner: SimulatedGateway) -> None:
        self._inner = inner
        self.mood = Mood.OBLIGING
        self.meanwhile: Callable[[], Awaitable[None]] | None = None

    def __getattr__(self, name: str) -> object:
        return getattr(self._inner, name)

    def turn(self, mood: str) -> None:
        """Answer otherwise from here on."""
        self.mood = Mood(mood)

    async def charge(self, request):
        await self._open()
        if self.mood is Mood.DECLINING:
            return Declined("51", "Insufficient funds", None)
        if self.mood is Mood.LOSING:
            return Unknown("The request was lost.")
        answer = await self._inner.charge(request)
        assert isinstance(answer, Approved)
        return Unknown("The answer was lost.") if self.mood is Mood.TAKING_SILENTLY else answer

    async def refund(self, request):
        await self._open()
        if self.mood is Mood.DECLINING:
            return RefundRefused("refused", "Not now.")
        if self.mood is Mood.LOSING:
            return Unknown("The request was lost.")
        answer = await self._inner.refund(request)
        return Unknown("The answer was lost.") if self.mood is Mood.TAKING_SILENTLY else answer

    async def _open(self) -> None:
        await asyncio.sleep(0)
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            await meanwhile()


@dataclass(frozen=True)
class Scene:
    """A subscription with a paid invoice, and what can be done to it."""

    world: "World"
    subscription_id: object
    paid_invoice_id: object
    method_id: object
    other_method_id: object
    open_invoice_id: object | None
    case_id: object | None

    def with_rows(self, *, paid: object, unpaid: object | None, case: object | None) -> "Scene":
        """Give the same subscription with the invoices and the case that acts are about now."""
        return replace(self, paid_invoice_id=paid, open_invoice_id=unpaid, case_id=case)

    async def digest(self) -> tuple[object, ...]:
        """All that is so of it by now, without ids and without the order of what happened at once."""
        async with self.world.contexts.open(self.world.tenant_id) as repos:
            now = await repos.subscriptions.get(self.subscription_id)
            invoices = (await repos.invoices.list(PageRequest(limit=50), subscription_id=self.subscription_id)).items
            attempts = [one for invoice in invoices for one in await repos.attempts.of_invoice(invoice.id)]
            refunds = [one for attempt in attempts for one in await repos.refunds.of_attempt(attempt.id)]
            waiting = await repos.pending_lines.waiting([self.subscription_id])
            cases = (await repos.dunning.list(PageRequest(limit=10), subscription_id=self.subscription_id)).items
            events = (await repos.events.list(PageRequest(limit=100), subscription_id=self.subscription_id)).items
        assert sorted(event.sequence for event in events) == list(range(1, len(events) + 1))
        assert now.event_sequence == len(events)
        return (
            (now.status, now.current_period_start, now.current_period_end, now.anchor, now.cycles_completed),
            (now.cancel_at_period_end, now.balance, now.terms.amount, now.terms.cadence, now.quantity, now.billing_day),
            (now.scheduled_change, now.promotion, now.payment_method_id == self.method_id, now.access_ends_at),
            tuple(
                sorted(
                    (
                        *(one.kind.value, one.status.value, one.subtotal.amount, one.discount.amount),
                        *(one.credit_applied.amount, one.total.amount, one.amount_paid.amount),
                        *(one.amount_refunded.amount, str(one.period)),
                    )
                    for one in invoices
                )
            ),
            tuple(sorted((one.status.value, one.amount.amount, one.initiator.value) for one in attempts)),
            tuple(sorted((one.status.value, one.amount.amount, one.reason) for one in refunds)),
            tuple(sorted(stored.line.amount.amount for stored in waiting)),
            tuple(sorted((one.state.value, str(one.action), one.attempts_made) for one in cases)),
            tuple(sorted(Counter(event.type for event in events).items())),
        )


@dataclass
class World:
    """The merchant, every act, and the means to set a scene."""

    merchant: StagedMerchant
    contexts: RepositoryContexts
    gateway: DoorGateway
    gateways: GatewayRegistry
    clock: Clock
    admin: DatabasePool
    billing: BillingService
    dunning: DunningService
    pending: PendingService
    refunds: RefundService
    incomplete: IncompleteService
    start: StartSubscription
    change: ChangePlan
    preview: PreviewChange
    advance: AdvanceTestClock
    ids: Uuid7IdFactory
    plans: dict[str, Plan] = field(default_factory=dict)
    acts: dict[str, Act] = field(default_factory=dict)

    @property
    def tenant_id(self):
        return self.merchant.tenant.id

    async def run(self, name: str, scene: Scene) -> str:
        """Do it, and say what came of it."""
        try:
            result = await self.acts[name](scene)
        except DomainError as refused:
            return refused.code
        return result.value if hasattr(result, "value") else "done"

    async def scene(self, kind: str) -> Scene:
        """Set a scene: `due`, `running` in the middle of its period, or `past_due` with an open invoice."""
        now = self.clock.now()
        first_end = now - 15 * DAY if kind == "running" else now.to_tz("Africa/Lagos").subtract(months=1).to_instant()
        customer = await self.merchant.customer()
        method = await self.merchant.payment_method(customer)
        other = await self.merchant.payment_method(customer)
        builder = SubscriptionBuilder(current_period_end=first_end)
        subscription = await self.merchant.subscription(self.plans["usual"], customer, method, builder=builder)
        await self.billing.renew(self.tenant_id, subscription.id)
        if kind == "past_due":
            self.gateway.mood = Mood.DECLINING
            await self.billing.renew(self.tenant_id, subscription.id)
            self.gateway.mood = Mood.OBLIGING
        async with self.contexts.open(self.tenant_id) as repos:
            invoices = (await repos.invoices.list(PageRequest(limit=5), subscription_id=subscription.id)).items
            cases = (await repos.dunning.list(PageRequest(limit=5), subscription_id=subscription.id)).items
        ids = {one.status: one.id for one in invoices}
        return Scene(
            self,
            subscription.id,
            ids[InvoiceStatus.PAID],
            method.id,
            other.id,
            ids.get(InvoiceStatus.OPEN),
            cases[0].id if cases else None,
        )

    def scene_of(self, subscription_id: object, method_id: object, other_method_id: object) -> Scene:
        """Set the scene of a subscription of which nothing is known but its cards."""
        return Scene(self, subscription_id, None, method_id, other_method_id, None, None)

    async def in_order(self, kind: str, first: str, second: str) -> tuple[object, ...]:
        """Do one after the other."""
        scene = await self.scene(kind)
        said = {0: await self.run(first, scene), 1: await self.run(second, scene)}
        return (said[0], said[1], await scene.digest())

    async def within(self, kind: str, outer: str, inner: str) -> tuple[object, ...]:
        """Do all of one while the provider is being asked by the other."""
        scene = await self.scene(kind)
        said: list[str] = []

        async def meanwhile() -> None:
            said.append(await self.run(inner, scene))

        self.gateway.meanwhile = meanwhile
        outer_said = await self.run(outer, scene)
        self.gateway.meanwhile = None
        if not said:
            await meanwhile()
        return (outer_said, said[0], await scene.digest())

    async def at_once(self, kind: str, first: str, second: str) -> tuple[object, ...]:
        scene = await self.scene(kind)
        said = await asyncio.gather(self.run(first, scene), self.run(second, scene))
        return (*said, await scene.digest())

    async def audit(self):
        return (await Audit(self.admin).run(self.contexts.mode)).findings


def acts_of(world: World, *, gateways, ids, clock) -> dict[str, Act]:
    contexts, tenant = world.contexts, world.tenant_id
    collection = Collection(contexts, gateways, ids=ids, clock=clock, lease=LEASE)
    refunds = RefundService(contexts, gateways, ids=ids, clock=clock, lease=LEASE)
    guard = TrustedClock()
    cancel = CancelSubscription(contexts, ids, clock)
    pause, unschedule = PauseSubscription(contexts, ids, clock), UnscheduleChange(contexts, ids, clock)
    resume = ResumeSubscription(contexts, world.billing, ids=ids, clock=clock)
    update, credit = UpdateSubscription(contexts, ids, clock), GrantCredit(contexts, ids, clock)
    redeem, remove = RedeemPromoCode(contexts, ids, clock), RemovePromoCode(contexts, ids, clock)
    void, write_off = VoidInvoice(contexts, ids, clock), MarkInvoiceUncollectible(contexts, ids, clock)
    pay = PayInvoice(contexts, collection, guard, ids=ids, clock=clock)
    refund = RefundInvoice(contexts, refunds, guard, ids=ids, clock=clock)
    retry = RetryNow(contexts, collection, guard, ids=ids)

    async def on_open(scene: Scene, act):
        return None if scene.open_invoice_id is None else await act(scene.open_invoice_id)

    async def on_case(scene: Scene, act):
        return None if scene.case_id is None else await act(scene.case_id)

    def changed(**fields) -> Act:
        def act(scene: Scene):
            named = {key: world.plans[value].id if key == "plan_id" else value for key, value in fields.items()}
            return world.change.execute(tenant, ChangePlanCommand(subscription_id=scene.subscription_id, **named))

        return act

    def updated(**fields) -> Act:
        return lambda scene: update.execute(
            tenant,
            UpdateSubscriptionCommand(
                subscription_id=scene.subscription_id,
                **{key: Given(scene.other_method_id if value == "other" else value) for key, value in fields.items()},
            ),
        )

    def canceled(*, at_period_end: bool) -> Act:
        return lambda scene: cancel.execute(
            tenant, CancelSubscriptionCommand(subscription_id=scene.subscription_id, at_period_end=at_period_end)
        )

    def refunded(amount: int | None) -> Act:
        return lambda scene: refund.execute(
            tenant, RefundInvoiceCommand(invoice_id=scene.paid_invoice_id, amount=amount)
        )

    return {
        "renew": lambda scene: world.billing.renew(tenant, scene.subscription_id),
        "cancel now": canceled(at_period_end=False),
        "cancel at the end": canceled(at_period_end=True),
        "keep": updated(cancel_at_period_end=False),
        "pause": lambda scene: pause.execute(tenant, scene.subscription_id),
        "resume": lambda scene: resume.execute(tenant, scene.subscription_id),
        "change, prorated": changed(plan_id="dearer"),
        "change, invoiced": changed(plan_id="dearer", behavior=ProrationBehavior.INVOICE_NOW),
        "change of interval": changed(plan_id="yearly"),
        "change of quantity": changed(quantity=3),
        "schedule": changed(plan_id="dearer", timing=ChangeTiming.AT_RENEWAL),
        "unschedule": lambda scene: unschedule.execute(tenant, scene.subscription_id),
        "billing day": updated(billing_day=5),
        "other card": updated(payment_method_id="other"),
        "credit": lambda scene: credit.execute(
            tenant, GrantCreditCommand(subscription_id=scene.subscription_id, amount=70_000, reason="a gift")
        ),
        "promo code": lambda scene: redeem.execute(
            tenant, RedeemPromoCodeCommand(subscription_id=scene.subscription_id, code="TENTH")
        ),
        "no promo code": lambda scene: remove.execute(tenant, scene.subscription_id),
        "refund": refunded(None),
        "refund of a part": refunded(300_000),
        "void": lambda scene: on_open(scene, lambda invoice: void.execute(tenant, invoice)),
        "write off": lambda scene: on_open(scene, lambda invoice: write_off.execute(tenant, invoice)),
        "pay": lambda scene: on_open(scene, lambda invoice: pay.execute(tenant, PayInvoiceCommand(invoice_id=invoice))),
        "recover": lambda scene: on_case(scene, lambda case: world.dunning.process(tenant, case)),
        "retry now": lambda scene: on_case(scene, lambda case: retry.execute(tenant, case)),
    }


@pytest.fixture
def clock() -> Clock:
    return RestartingClock(Instant.from_utc(2026, 3, 31, hour=9))


@pytest_asyncio.fixture(loop_scope="session")
async def world(database: ClonedDatabase, stage: Stage, clock: Clock) -> AsyncIterator[World]:
    mode = Mode.TEST
    ids = Uuid7IdFactory(clock)
    pool = await DatabasePool.open(database.data_url(mode), max_size=10)
    admin = await DatabasePool.open(database.admin_url, max_size=2)
    contexts = RepositoryContexts(pool, mode, clock=clock, ids=ids)
    inner = SimulatedGateway(SimulatedIssuer(InMemoryIssuerLedger()), timeout=TimeDelta(seconds=10))
    gateway = DoorGateway(inner)
    gateways = GatewayRegistry(mode, [gateway], is_development=True)
    merchant = (await stage.merchant()).in_mode(mode)
    services = {"ids": ids, "clock": clock, "lease": LEASE}
    billing = BillingService(contexts, gateways, **services)
    parts = {
        "billing": billing,
        "pending": PendingService(contexts, gateways, **services),
        "refunds": RefundService(contexts, gateways, **services),
        "dunning": DunningService(contexts, gateways, **services),
    }
    starts = IncompleteService(contexts, billing, ids=ids, clock=clock)
    work = DueWork(**parts, starts=starts, requests=RequestService(contexts, gateways, **services))
    world = World(
        **parts,
        incomplete=starts,
        merchant=merchant,
        contexts=contexts,
        gateway=gateway,
        gateways=gateways,
        clock=clock,
        admin=admin,
        start=StartSubscription(contexts, billing, gateways, ids, clock),
        change=ChangePlan(
            contexts, Collection(contexts, gateways, **services), gateways, TrustedClock(), ids=ids, clock=clock
        ),
        preview=PreviewChange(contexts, gateways, clock),
        advance=AdvanceTestClock(contexts, work, ids, clock, lease=LEASE),
        ids=ids,
    )
    world.plans |= {
        "usual": await merchant.plan(),
        "dearer": await merchant.plan(PlanBuilder(name="Dearer", amount=Money(900_000, NGN))),
        "yearly": await merchant.plan(PlanBuilder(name="Yearly", amount=Money(4_000_000, NGN), interval=Interval.YEAR)),
    }
    world.acts |= acts_of(world, gateways=gateways, ids=ids, clock=clock)
    promo = CreatePromoCode(contexts, ids, clock)
    tenth = CreatePromoCodeCommand(code="TENTH", discount=PercentageDiscount(1_000), duration=PromotionDuration.FOREVER)
    await promo.execute(merchant.tenant.id, tenth)
    yield world
    await pool.close()
    await admin.close()
