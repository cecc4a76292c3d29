from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Final, final

from duro.billing import Subscription
from duro.db.attempts import AttemptRepository
from duro.db.dunning import DunningRepository
from duro.db.invoices import InvoiceRepository
from duro.db.payment_methods import PaymentMethodRepository
from duro.db.records import DunningSchedule, Invoice, PaymentAttempt, PaymentMethod
from duro.db.renewal_columns import RenewalColumns
from duro.db.session import TenantSession
from duro.db.states import TenantStatus
from duro.db.subscriptions import SubscriptionRepository
from duro.kernel import DunningScheduleId, InvoiceId, PaymentAttemptId, PaymentMethodId, SubscriptionId

_LOCK: Final = (files("duro.db") / "sql" / "lock_cases.sql").read_text()
_READ: Final = (files("duro.db") / "sql" / "read_cases.sql").read_text()
_HISTORY: Final = (files("duro.db") / "sql" / "read_history.sql").read_text()
_ATTEMPTS: Final = """
    with instruments as (
        select m.id from {schema}.payment_methods m
        where m.tenant_id = $1 and m.id = any($5::uuid[]) and m.detached_at is null and m.status = 'active'
          and m.barred_at is null
        for key share
    )
    insert into {schema}.payment_attempts (
        tenant_id, id, invoice_id, subscription_id, payment_method_id, provider, rail, status, amount, currency, reason,
        claimed_until, created_at)
    select $1, a.id, a.invoice_id, a.subscription_id, a.payment_method_id, a.provider, a.rail, 'pending', a.amount,
           a.currency, a.reason, a.claimed_until, a.created_at
    from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::bigint[], $9::text[],
                $10::text[], $11::timestamptz[], $12::timestamptz[])
         as a (id, invoice_id, subscription_id, payment_method_id, provider, rail, amount, currency, reason,
               claimed_until, created_at)
    join instruments on instruments.id = a.payment_method_id
    returning id"""


@final
@dataclass(frozen=True, slots=True)
class CaseSubject:
    """A recovery case locked with its subscription and invoice, and what a try of it must name.

    The mandates are what else of its payer could be charged for all that is owed.
    """

    subscription: Subscription
    invoice: Invoice
    schedule: DunningSchedule
    method: PaymentMethod | None
    plan_name: str
    customer_email: str
    customer_phone: str | None
    is_tenant_suspended: bool
    mandates: tuple[PaymentMethod, ...] = ()


@final
@dataclass(frozen=True, slots=True)
class CardHistory:
    """Attempts, oldest first, and the key of the card that each method was: one card may be saved several times."""

    attempts: tuple[PaymentAttempt, ...]
    cards: Mapping[PaymentMethodId, bytes]

    def of(self, card: bytes) -> tuple[PaymentAttempt, ...]:
        """Return the attempts with one card, wherever it was saved."""
        return tuple(attempt for attempt in self.attempts if self.cards[attempt.payment_method_id] == card)


@final
class RecoveryRepository:
    """Recovery cases locked, read and tried in lists, a statement for each of these."""

    def __init__(self, session: TenantSession) -> None:
        self._session = session

    async def lock(self, ids: Sequence[DunningScheduleId]) -> list[CaseSubject]:
        """Lock these cases in the order subscription, invoice, schedule, then read them.

        Those that don't exist are left out.
        """
        await self._session.fetch(_LOCK, [one.value for one in ids])
        records = await self._session.fetch(_READ, [one.value for one in ids])
        return [
            CaseSubject(
                subscription=SubscriptionRepository.read(record),
                invoice=InvoiceRepository.read(record["invoice"]),
                schedule=DunningRepository.read(record["schedule"]),
                method=None if record["method"] is None else PaymentMethodRepository.read(record["method"]),
                plan_name=record["plan_name"],
                customer_email=record["customer_email"],
                customer_phone=record["customer_phone"],
                is_tenant_suspended=record["tenant_status"] == TenantStatus.SUSPENDED,
                mandates=tuple(PaymentMethodRepository.read(mandate) for mandate in record["mandates"]),
            )
            for record in records
        ]

    async def history(
        self,
        *,
        cards: Sequence[bytes],
        invoices: Sequence[InvoiceId] = (),
        subscriptions: Sequence[SubscriptionId] = (),
    ) -> CardHistory:
        """Read all attempts of the invoices, and of the cards what was declined, isn't explained, and succeeded last.

        What isn't explained is read of the subscriptions too, whatever they are paid with.
        """
        rows = await self._session.fetch(
            _HISTORY, [one.value for one in invoices], list(cards), [one.value for one in subscriptions]
        )
        return CardHistory(
            attempts=tuple(AttemptRepository.read(row) for row in rows),
            cards={PaymentMethodId(row["payment_method_id"]): row["card_key"] for row in rows},
        )

    async def try_again(self, attempts: Sequence[PaymentAttempt]) -> frozenset[PaymentAttemptId]:
        """Write pending attempts and name those that were written: a method that was removed meanwhile gets none."""
        rows = await self._session.fetch(_ATTEMPTS, *RenewalColumns.attempts(attempts))
        return frozenset(PaymentAttemptId(row["id"]) for row in rows)
