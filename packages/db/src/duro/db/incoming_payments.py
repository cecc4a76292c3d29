from collections.abc import Iterable
from typing import Final, final

from asyncpg import Record

from duro.billing.recovery import Rail
from duro.db.push_rows import Allocation, IncomingPayment, MoneyDecision
from duro.db.session import TenantSession
from duro.kernel import (
    AllocationId,
    Currency,
    IncomingPaymentId,
    InvoiceId,
    Money,
    PaymentAttemptId,
    PaymentRequestId,
    SubscriptionId,
)

_SELECT: Final = """
    select id, provider, reference, rail, amount, currency, payment_request_id, attempt_id, subscription_id,
           received_at, created_at, fee
    from {schema}.incoming_payments """
_FIND: Final = _SELECT + "where tenant_id = $1 and provider = $2 and reference = $3"
_GET: Final = _SELECT + "where tenant_id = $1 and id = $2"
_DECIDE: Final = """
    insert into {schema}.money_decisions (
        tenant_id, incoming_payment_id, is_sent_back, decided_by, note, decided_at)
    values ($1, $2, $3, $4, $5, $6)
    on conflict do nothing"""
_OF_SUBSCRIPTION: Final = _SELECT + "where tenant_id = $1 and subscription_id = $2 order by id"
_RECORD: Final = """
    insert into {schema}.incoming_payments (tenant_id, id, provider, reference, rail, amount, currency,
                                            payment_request_id, attempt_id, subscription_id, received_at, created_at,
                                            fee)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
    on conflict (tenant_id, provider, reference) do nothing"""
_ALLOCATE: Final = """
    insert into {schema}.allocations (tenant_id, id, incoming_payment_id, invoice_id, subscription_id, amount, currency,
                                      created_at)
    select $1, a.* from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::bigint[], $7::text[],
                               $8::timestamptz[]) as a"""
_ALLOCATIONS: Final = """
    select id, incoming_payment_id, invoice_id, subscription_id, amount, currency, created_at
    from {schema}.allocations
    where tenant_id = $1 and incoming_payment_id = $2
    order by id"""
_PARTS: Final = """
    select (array_agg(id order by id))[1] as id, incoming_payment_id, invoice_id, null::uuid as subscription_id,
           sum(amount)::bigint as amount, currency, min(created_at) as created_at
    from {schema}.allocations
    where tenant_id = $1 and invoice_id = $2
    group by incoming_payment_id, invoice_id, currency
    having sum(amount) > 0
    order by 1"""


@final
class IncomingPaymentRepository:
    """Money that payers of the tenant pushed, and what it paid; neither is ever changed."""

    def __init__(self, session: TenantSession) -> None:
        self._session = session

    async def find(self, *, provider: str, reference: str) -> IncomingPayment | None:
        row = await self._session.fetchrow(_FIND, provider, reference)
        return None if row is None else self._read(row)

    async def get(self, payment_id: IncomingPaymentId) -> IncomingPayment | None:
        row = await self._session.fetchrow(_GET, payment_id.value)
        return None if row is None else self._read(row)

    async def decide(self, decision: MoneyDecision) -> bool:
        """Write down what a person decided and return True, or return False if that was decided before."""
        touched = await self._session.execute(
            _DECIDE,
            decision.incoming_payment_id.value,
            decision.is_sent_back,
            decision.decided_by,
            decision.note,
            decision.decided_at,
        )
        return touched == 1

    async def of_subscription(self, subscription_id: SubscriptionId) -> tuple[IncomingPayment, ...]:
        """Read what came for one subscription, oldest first."""
        return tuple(self._read(row) for row in await self._session.fetch(_OF_SUBSCRIPTION, subscription_id.value))

    async def record(self, payment: IncomingPayment) -> bool:
        """Write it and return True, or return False if its provider told of it before.

        Of two that tell of the same money at once, one waits for the other to commit.
        """
        touched = await self._session.execute(
            _RECORD,
            payment.id.value,
            payment.provider,
            payment.reference,
            payment.rail.value,
            payment.amount.amount,
            payment.amount.currency.code,
            None if payment.payment_request_id is None else payment.payment_request_id.value,
            None if payment.attempt_id is None else payment.attempt_id.value,
            None if payment.subscription_id is None else payment.subscription_id.value,
            payment.received_at,
            payment.created_at,
            None if payment.fee is None else payment.fee.amount,
        )
        return touched == 1

    async def allocate(self, allocations: Iterable[Allocation]) -> None:
        written = tuple(allocations)
        await self._session.execute(
            _ALLOCATE,
            [each.id.value for each in written],
            [each.incoming_payment_id.value for each in written],
            [each.pays.value if isinstance(each.pays, InvoiceId) else None for each in written],
            [each.pays.value if isinstance(each.pays, SubscriptionId) else None for each in written],
            [each.amount.amount for each in written],
            [each.amount.currency.code for each in written],
            [each.created_at for each in written],
        )

    async def allocations(self, payment_id: IncomingPaymentId) -> tuple[Allocation, ...]:
        """Read what one payment paid, in the order of writing."""
        rows = await self._session.fetch(_ALLOCATIONS, payment_id.value)
        return tuple(self._read_allocation(row) for row in rows)

    async def parts(self, invoice_id: InvoiceId) -> tuple[Allocation, ...]:
        """Read what each payment pays of an invoice by now, oldest first."""
        return tuple(self._read_allocation(row) for row in await self._session.fetch(_PARTS, invoice_id.value))

    @staticmethod
    def _read(row: Record) -> IncomingPayment:
        currency = Currency(row["currency"])
        request, attempt, subscription = row["payment_request_id"], row["attempt_id"], row["subscription_id"]
        return IncomingPayment(
            id=IncomingPaymentId(row["id"]),
            provider=row["provider"],
            reference=row["reference"],
            rail=Rail(row["rail"]),
            amount=Money(row["amount"], currency),
            payment_request_id=None if request is None else PaymentRequestId(request),
            attempt_id=None if attempt is None else PaymentAttemptId(attempt),
            subscription_id=None if subscription is None else SubscriptionId(subscription),
            received_at=row["received_at"],
            created_at=row["created_at"],
            fee=None if row["fee"] is None else Money(row["fee"], currency),
        )

    @staticmethod
    def _read_allocation(row: Record) -> Allocation:
        invoice = row["invoice_id"]
        return Allocation(
            id=AllocationId(row["id"]),
            incoming_payment_id=IncomingPaymentId(row["incoming_payment_id"]),
            pays=SubscriptionId(row["subscription_id"]) if invoice is None else InvoiceId(invoice),
            amount=Money(row["amount"], Currency(row["currency"])),
            created_at=row["created_at"],
        )
