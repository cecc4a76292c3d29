from collections.abc import Sequence
from importlib.resources import files
from typing import Final, final

from whenever import Instant

from duro.billing import MissedPeriods
from duro.db.attempts import AttemptRepository
from duro.db.invoices import InvoiceRepository
from duro.db.mandate_columns import MandateColumns
from duro.db.pending_lines import PendingLineRepository
from duro.db.records import Invoice
from duro.db.renewal_columns import RenewalColumns
from duro.db.renewal_rows import (
    RenewalClaim,
    RenewalSettlement,
    RenewalSubject,
    SettlementSubject,
    WrittenClaims,
)
from duro.db.session import TenantSession
from duro.db.states import TenantStatus
from duro.db.subscriptions import SubscriptionRepository
from duro.kernel import InvoiceId, PaymentAttemptId, SubscriptionId

_SQL: Final = files("duro.db") / "sql"
_LOCK_RENEWALS: Final = (_SQL / "lock_renewals.sql").read_text()
_READ_RENEWALS: Final = (_SQL / "read_renewals.sql").read_text()
_CLAIM_RENEWALS: Final = (_SQL / "claim_renewals.sql").read_text()
_LOCK_SETTLEMENTS: Final = (_SQL / "lock_settlements.sql").read_text()
_SETTLE_RENEWALS: Final = (_SQL / "settle_renewals.sql").read_text()
_OWE_AGAIN: Final = """
    update {schema}.invoices i set credit_applied = u.credit_applied, total = u.total
    from unnest($2::uuid[], $3::bigint[], $4::bigint[]) as u (id, credit_applied, total)
    where i.tenant_id = $1 and i.id = u.id"""


@final
class RenewalRepository:
    """The hot path: lists of subscriptions locked, claimed and settled in one statement each."""

    def __init__(self, session: TenantSession) -> None:
        self._session = session

    async def lock(self, ids: Sequence[SubscriptionId], *, declined_since: Instant) -> list[RenewalSubject]:
        """Lock these subscriptions in id order; those that don't exist are left out.

        They are read once they are locked: a row that was waited for may have changed what it refers to. Declines of
        their cards are read from an instant on.
        """
        await self._session.fetch(_LOCK_RENEWALS, [one.value for one in ids])
        records = await self._session.fetch(_READ_RENEWALS, [one.value for one in ids], declined_since)
        return [
            RenewalSubject(
                subscription=SubscriptionRepository.read(record),
                plan_name=record["plan_name"],
                customer_email=record["customer_email"],
                is_tenant_suspended=record["tenant_status"] == TenantStatus.SUSPENDED,
                instrument=MandateColumns.instrument(record),
                pending_lines=tuple(PendingLineRepository.read(row) for row in record["pending_lines"]),
                is_charge_pending=record["is_charge_pending"],
                declines=tuple(AttemptRepository.read(row) for row in reversed(record["declines"])),
            )
            for record in records
        ]

    async def claim(self, claims: Sequence[RenewalClaim]) -> WrittenClaims:
        """Write the claims whose invoice isn't there yet, and name what was written.

        A claim whose invoice key exists already writes nothing at all. One whose method was removed since the claim
        was locked writes no attempt; a method that is charged can't be removed before the transaction ends.
        """
        invoices = [claim.invoice for claim in claims]
        journals = [(claim.journal, claim.invoice.id) for claim in claims if claim.journal is not None]
        records = await self._session.fetch(
            _CLAIM_RENEWALS,
            *RenewalColumns.invoices(invoices),
            *RenewalColumns.invoice_lines(invoices),
            *RenewalColumns.attempts([claim.attempt for claim in claims if claim.attempt is not None]),
            *RenewalColumns.claimed_journals(journals),
            *RenewalColumns.claimed_entries(journals),
            *RenewalColumns.claimed_events([(event, claim.invoice.id) for claim in claims for event in claim.events]),
            *RenewalColumns.claimed_subscriptions([(claim.subscription, claim.invoice) for claim in claims]),
            *RenewalColumns.taken_lines(claims),
            *RenewalColumns.carried_lines(claims),
        )
        return WrittenClaims(
            invoices=frozenset(InvoiceId(record["invoice_id"]) for record in records),
            attempts=frozenset(
                PaymentAttemptId(record["attempt_id"]) for record in records if record["attempt_id"] is not None
            ),
        )

    async def lock_settlements(self, ids: Sequence[PaymentAttemptId]) -> list[SettlementSubject]:
        """Lock these attempts with their subscriptions and invoices, in the order subscription, invoice, attempt."""
        records = await self._session.fetch(_LOCK_SETTLEMENTS, [one.value for one in ids])
        return [
            SettlementSubject(
                subscription=SubscriptionRepository.read(record),
                invoice=InvoiceRepository.read(record["invoice"]),
                attempt=AttemptRepository.read(record["attempt"]),
                plan_name=record["plan_name"],
                customer_email=record["customer_email"],
                token=record["method_token"],
                is_tenant_suspended=record["tenant_status"] == TenantStatus.SUSPENDED,
                brand=record["method_brand"],
                is_method_barred=record["is_method_barred"],
                activated_at=record["method_activated_at"],
                is_proration_recovered=record["is_proration_recovered"],
                card_key=record["card_key"],
                card_taken_from=record["card_taken_from"],
                missed_periods=None if record["missed_periods"] is None else MissedPeriods(record["missed_periods"]),
            )
            for record in records
        ]

    async def settle(self, settlements: Sequence[RenewalSettlement], *, now: Instant) -> None:
        """Write what became of locked attempts, invoices and subscriptions, and the rows that follow from it."""
        journals = [journal for settlement in settlements for journal in settlement.journals]
        await self._owe_again([each.invoice for each in settlements if each.invoice is not None])
        await self._session.fetch(
            _SETTLE_RENEWALS,
            *RenewalColumns.attempt_results([each.attempt for each in settlements if each.attempt is not None]),
            *RenewalColumns.invoice_results([each.invoice for each in settlements if each.invoice is not None]),
            *RenewalColumns.subscription_results([each.subscription for each in settlements], now=now),
            *RenewalColumns.lapsed_lines(settlements),
            *RenewalColumns.journals(journals),
            *RenewalColumns.entries(journals),
            *RenewalColumns.schedules([each.schedule for each in settlements if each.schedule is not None]),
            *RenewalColumns.refunds([each.refund for each in settlements if each.refund is not None]),
            *RenewalColumns.grants([each.grant for each in settlements if each.grant is not None]),
            *RenewalColumns.events([event for each in settlements for event in each.events]),
            now,
            *RenewalColumns.messages([message for each in settlements for message in each.messages]),
            [each.subscription.renews_from for each in settlements],
            [each.barred.value for each in settlements if each.barred is not None],
            *RenewalColumns.case_ends([each.case_end for each in settlements if each.case_end is not None]),
            RenewalColumns.fees([each.attempt for each in settlements if each.attempt is not None]),
            RenewalColumns.counted(settlements, is_verdict=True),
            RenewalColumns.counted(settlements, is_verdict=False),
        )

    async def _owe_again(self, invoices: Sequence[Invoice]) -> None:
        """Store what credit pays of invoices that were given up and are paid after all; others owe what they owed."""
        late = [one for one in invoices if one.is_paid_late]
        if late:
            await self._session.execute(
                _OWE_AGAIN,
                [one.id.value for one in late],
                [one.credit_applied.amount for one in late],
                [one.total.amount for one in late],
            )
