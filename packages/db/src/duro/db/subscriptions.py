from typing import Final, final

from asyncpg import Record

from duro.billing import Cadence, Interval, Subscription, SubscriptionStatus, Terms
from duro.db.amendments import PlanChangeJson, PromotionJson
from duro.db.listing import Listing
from duro.db.pages import Page, PageRequest
from duro.db.session import TenantSession
from duro.kernel import Currency, CustomerId, Money, NotFoundError, PaymentMethodId, PlanId, SubscriptionId, TestClockId

_LISTING: Final = Listing(
    table="subscriptions",
    columns="id, customer_id, plan_id, amount, currency, interval, interval_count, max_cycles, quantity, zone, status, "
    "anchor, current_period_start, current_period_end, trial_ends_at, cycles_completed, cancel_at_period_end, balance, "
    "payment_method_id, metadata, access_ends_at, canceled_at, event_sequence, created_at, billing_day, "
    "scheduled_change, promotion, test_clock_id, renews_from",
)
_GET: Final = f"select {_LISTING.columns} from {{schema}}.subscriptions where tenant_id = $1 and id = $2"
_LOCK: Final = _GET + " for update"
_INSERT: Final = """
    insert into {schema}.subscriptions (
        tenant_id, id, customer_id, plan_id, amount, currency, interval, interval_count, max_cycles, quantity, zone,
        status, anchor, current_period_start, current_period_end, trial_ends_at, cycles_completed, cancel_at_period_end,
        balance, payment_method_id, metadata, access_ends_at, canceled_at, event_sequence, created_at, billing_day,
        scheduled_change, promo_code_id, promotion, test_clock_id, updated_at, renews_from)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23,
            $24, $25, $26, $27, $28, $29, $30, $31, $32)"""
_UPDATE: Final = """
    update {schema}.subscriptions
    set customer_id = $3, plan_id = $4, amount = $5, currency = $6, interval = $7, interval_count = $8, max_cycles = $9,
        quantity = $10, zone = $11, status = $12, anchor = $13, current_period_start = $14, current_period_end = $15,
        trial_ends_at = $16, cycles_completed = $17, cancel_at_period_end = $18, balance = $19,
        payment_method_id = $20, metadata = $21, access_ends_at = $22, canceled_at = $23, event_sequence = $24,
        created_at = $25, billing_day = $26, scheduled_change = $27, promo_code_id = $28, promotion = $29,
        test_clock_id = $30, updated_at = $31, renews_from = $32
    where tenant_id = $1 and id = $2"""


@final
class SubscriptionRepository:
    """The standing orders of the tenant's customers."""

    def __init__(self, session: TenantSession) -> None:
        self._session = session

    async def get(self, subscription_id: SubscriptionId) -> Subscription | None:
        row = await self._session.fetchrow(_GET, subscription_id.value)
        return None if row is None else self.read(row)

    async def lock(self, subscription_id: SubscriptionId) -> Subscription | None:
        row = await self._session.fetchrow(_LOCK, subscription_id.value)
        return None if row is None else self.read(row)

    async def list(
        self,
        page: PageRequest,
        *,
        customer_id: CustomerId | None = None,
        plan_id: PlanId | None = None,
        status: SubscriptionStatus | None = None,
    ) -> Page[Subscription]:
        filters = {
            "customer_id": None if customer_id is None else customer_id.value,
            "plan_id": None if plan_id is None else plan_id.value,
            "status": None if status is None else status.value,
        }
        rows = await _LISTING.rows(self._session, page, equal=filters)
        return page.cut(rows, read=self.read, id_of=lambda subscription: subscription.id)

    async def insert(self, subscription: Subscription) -> None:
        await self._session.execute(_INSERT, *self._values(subscription))

    async def update(self, subscription: Subscription) -> None:
        if not await self._session.execute(_UPDATE, *self._values(subscription)):
            raise NotFoundError("subscription", subscription.id)

    @staticmethod
    def read(row: Record) -> Subscription:
        currency = Currency(row["currency"])
        method, clock = row["payment_method_id"], row["test_clock_id"]
        return Subscription(
            id=SubscriptionId(row["id"]),
            customer_id=CustomerId(row["customer_id"]),
            terms=Terms(
                plan_id=PlanId(row["plan_id"]),
                amount=Money(row["amount"], currency),
                cadence=Cadence(Interval(row["interval"]), row["interval_count"]),
                max_cycles=row["max_cycles"],
            ),
            zone=row["zone"],
            status=SubscriptionStatus(row["status"]),
            anchor=row["anchor"],
            current_period_start=row["current_period_start"],
            current_period_end=row["current_period_end"],
            trial_ends_at=row["trial_ends_at"],
            cycles_completed=row["cycles_completed"],
            cancel_at_period_end=row["cancel_at_period_end"],
            balance=Money(row["balance"], currency),
            payment_method_id=None if method is None else PaymentMethodId(method),
            quantity=row["quantity"],
            metadata=row["metadata"],
            access_ends_at=row["access_ends_at"],
            canceled_at=row["canceled_at"],
            event_sequence=row["event_sequence"],
            created_at=row["created_at"],
            billing_day=row["billing_day"],
            scheduled_change=PlanChangeJson.read(row["scheduled_change"]),
            promotion=PromotionJson.read(row["promotion"]),
            test_clock_id=None if clock is None else TestClockId(clock),
            renews_from=row["renews_from"],
        )

    def _values(self, subscription: Subscription) -> tuple[object, ...]:
        terms = subscription.terms
        method, promotion, clock = subscription.payment_method_id, subscription.promotion, subscription.test_clock_id
        return (
            subscription.id.value,
            subscription.customer_id.value,
            terms.plan_id.value,
            terms.amount.amount,
            terms.amount.currency.code,
            terms.cadence.interval.value,
            terms.cadence.count,
            terms.max_cycles,
            subscription.quantity,
            subscription.zone,
            subscription.status.value,
            subscription.anchor,
            subscription.current_period_start,
            subscription.current_period_end,
            subscription.trial_ends_at,
            subscription.cycles_completed,
            subscription.cancel_at_period_end,
            subscription.balance.amount,
            None if method is None else method.value,
            subscription.metadata,
            subscription.access_ends_at,
            subscription.canceled_at,
            subscription.event_sequence,
            subscription.created_at,
            subscription.billing_day,
            PlanChangeJson.write(subscription.scheduled_change),
            None if promotion is None else promotion.promo_code_id.value,
            PromotionJson.write(promotion),
            None if clock is None else clock.value,
            self._session.clock.now(),
            subscription.renews_from,
        )
