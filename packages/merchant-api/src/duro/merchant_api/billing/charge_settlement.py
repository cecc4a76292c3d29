from collections.abc import Mapping
from dataclasses import replace
from typing import Final, assert_never, final

from whenever import TimeDelta

from duro.billing import PendingLine
from duro.db import Repositories, RepositoryContexts
from duro.db.records import AttemptStatus, Initiator, InvoiceKind, InvoiceStatus
from duro.db.renewal_rows import RenewalSettlement, SettlementSubject
from duro.kernel import Clock, PaymentAttemptId, TenantId
from duro.merchant_api.billing.card_pacing import CardPacing
from duro.merchant_api.billing.invoice_voiding import KeptCredit
from duro.merchant_api.billing.outcomes import Renewal, RenewalOutcome
from duro.merchant_api.billing.settlement_drafts import SettlementDrafts
from duro.payments import Approved, AwaitsApproval, Declined

_SOONEST_LOOK: Final = TimeDelta(seconds=30)
_LATEST_LOOK: Final = TimeDelta(minutes=5)


@final
class ChargeSettlement:
    """Transaction two of a renewal: compare-and-set on pending, then outcome to every row it concerns."""

    def __init__(self, contexts: RepositoryContexts, drafts: SettlementDrafts, *, clock: Clock) -> None:
        self._contexts = contexts
        self._drafts = drafts
        self._clock = clock
        self._part = drafts.part

    async def settle(
        self, tenant_id: TenantId, answers: dict[PaymentAttemptId, Approved | Declined]
    ) -> dict[PaymentAttemptId, Renewal]:
        """Settle these attempts of one tenant in one transaction; what somebody else settled keeps their result."""
        if not answers:
            return {}
        async with self._contexts.open(tenant_id) as repos:
            return await self.within(repos, answers)

    async def within(
        self, repos: Repositories, answers: dict[PaymentAttemptId, Approved | Declined]
    ) -> dict[PaymentAttemptId, Renewal]:
        """Do the same in a transaction that is open."""
        now = self._clock.now()
        renewals: dict[PaymentAttemptId, Renewal] = {}
        settlements: list[RenewalSettlement] = []
        pacing = CardPacing()
        for locked in await repos.renewals.lock_settlements(list(answers)):
            attempt = locked.attempt
            if attempt.status is not AttemptStatus.PENDING:
                renewals[attempt.id] = Renewal(self._earlier(attempt.status))
                continue
            subject = await self._without_part(repos, locked, answers[attempt.id])
            kept = await KeptCredit.of(repos, subject.invoice) if self._may_go_back(subject) else None
            waiting = await self._waiting(repos, subject)
            settlement, outcome = self._drafts.charged(
                subject, answers[attempt.id], now=now, kept_credit=kept, pending_lines=waiting
            )
            settlement = pacing.spaced(settlement, subject)
            renewals[attempt.id] = Renewal(outcome, settlement.subscription.may_renew(now))
            settlements.append(settlement)
        if settlements:
            await repos.renewals.settle(settlements, now=now)
        return renewals

    async def await_approval(self, tenant_id: TenantId, answers: Mapping[PaymentAttemptId, AwaitsApproval]) -> None:
        """Keep where payers approve these attempts, and have each looked up after as long as it has waited.

        That is half a minute at least and five at most; one that was settled meanwhile is left alone. A payer who isn't
        there is sent a link.
        """
        if not answers:
            return
        async with self._contexts.open(tenant_id) as repos:
            now = self._clock.now()
            for subject in await repos.renewals.lock_settlements(list(answers)):
                attempt = subject.attempt
                if attempt.status is not AttemptStatus.PENDING:
                    continue
                wait = min(max(now - attempt.created_at, _SOONEST_LOOK), _LATEST_LOOK)
                await repos.attempts.await_approval(attempt.id, url=answers[attempt.id].url, until=now + wait)
                if self._is_news(subject) and (await repos.recovery_settings.get()).dunning_enabled:
                    await repos.messages.add([self._drafts.approval_wanted(subject, now=now)])

    async def send_to_review(
        self, tenant_id: TenantId, attempt_id: PaymentAttemptId, *, code: str, message: str
    ) -> None:
        """Hand a pending attempt to a person; one that was settled meanwhile is left alone."""
        async with self._contexts.open(tenant_id) as repos:
            subject = await self._lock_one(repos, attempt_id)
            if subject is None or subject.attempt.status is not AttemptStatus.PENDING:
                return
            now = self._clock.now()
            settlement, _ = self._drafts.in_review(subject, code=code, message=message, now=now)
            await repos.renewals.settle([settlement], now=now)

    async def _without_part(
        self, repos: Repositories, subject: SettlementSubject, answer: Approved | Declined
    ) -> SettlementSubject:
        """Give back what was pushed for an invoice that its subscription's end has left to this charge, in vain."""
        if not (subject.subscription.is_terminal and isinstance(answer, Declined)):
            return subject
        if subject.invoice.status is InvoiceStatus.PAID:
            return subject
        subscription, invoice = await self._part.take(repos, subject.subscription, subject.invoice)
        return replace(subject, subscription=subscription, invoice=invoice)

    @staticmethod
    def _is_news(subject: SettlementSubject) -> bool:
        """Say whether somebody has to hear that their approval is wanted: who isn't there, of what they still have."""
        attempt = subject.attempt
        is_known = attempt.approval_url is not None or attempt.initiator is Initiator.PAYER
        return not is_known and not subject.subscription.is_terminal

    @staticmethod
    def _may_go_back(subject: SettlementSubject) -> bool:
        """Say whether what it asks for may be taken back whatever is answered."""
        return subject.subscription.is_terminal or subject.invoice.kind is InvoiceKind.PLAN_CHANGE

    @staticmethod
    async def _waiting(repos: Repositories, subject: SettlementSubject) -> list[PendingLine]:
        """Read what waits for an invoice after this one; one for a renewal has taken all of it up."""
        if subject.invoice.kind is not InvoiceKind.PLAN_CHANGE:
            return []
        return [stored.line for stored in await repos.pending_lines.waiting([subject.subscription.id])]

    @staticmethod
    async def _lock_one(repos: Repositories, attempt_id: PaymentAttemptId) -> SettlementSubject | None:
        return next(iter(await repos.renewals.lock_settlements([attempt_id])), None)

    @staticmethod
    def _earlier(status: AttemptStatus) -> RenewalOutcome:
        match status:
            case AttemptStatus.SUCCEEDED:
                return RenewalOutcome.CHARGED
            case AttemptStatus.FAILED:
                return RenewalOutcome.DUNNING
            case AttemptStatus.PENDING | AttemptStatus.REVIEW:
                return RenewalOutcome.PENDING
            case _:
                assert_never(status)
