from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import final
from uuid import UUID

from whenever import Instant

from duro.billing import FailureCategory, Zone
from duro.billing.recovery import (
    CardUsage,
    DunningAttempt,
    DunningContext,
    DunningSettings,
    FailureCode,
    Instrument,
    Network,
    Rail,
)
from duro.crypto import Digest
from duro.db.push_rows import PaymentRequest
from duro.db.records import AttemptStatus, PaymentAttempt, PaymentMethod
from duro.db.recovery import CaseSubject
from duro.kernel import DunningScheduleId
from duro.merchant_api.billing.card_records import CardRecords


@final
@dataclass(frozen=True, slots=True)
class CaseContexts:
    """What decisions about recovery cases depend on, put together from rows that one transaction has read."""

    cards: CardRecords
    settings: DunningSettings
    requests: Sequence[PaymentRequest] = ()

    def of(self, subject: CaseSubject, *, now: Instant, push_rails: Sequence[Rail] = ()) -> DunningContext:
        """Put together what a decision about one case depends on, with the rails by which its payer can push money.

        A case that nobody has decided about yet has all of its time from when it wakes: until then it may have rested.
        """
        schedule, method = subject.schedule, subject.method
        deadline = schedule.deadline_at or self.settings.deadline(
            subject.subscription.terms.cadence, schedule.wake_at or schedule.opened_at
        )
        return DunningContext(
            schedule_id=self._told_apart(subject),
            opened_at=schedule.opened_at,
            deadline_at=deadline,
            now=now,
            attempts=tuple(sorted((*self._charges(subject), *self._asks(subject)), key=lambda attempt: attempt.at)),
            method=None if method is None else self._instrument(method),
            zone=Zone(subject.subscription.zone),
            others=(
                *(Instrument(rail.value, rail, schedule.opened_at) for rail in push_rails),
                *(self._instrument(mandate) for mandate in subject.mandates),
            ),
            usage=CardUsage() if method is None else self.cards.usage(method, owed=subject.invoice.amount_remaining),
            settings=self.settings,
            revoked_at=self._revoked_at(subject),
            is_canceled=subject.subscription.is_terminal,
        )

    @staticmethod
    def _told_apart(subject: CaseSubject) -> DunningScheduleId:
        """Name a case by when it and its subscription began: the same story has the same spread of tries wherever."""
        begun = subject.subscription.created_at.format_iso(), subject.schedule.opened_at.format_iso()
        digest = Digest.of(b"case", *(instant.encode() for instant in begun))
        return DunningScheduleId(UUID(bytes=digest[:16]))

    def _charges(self, subject: CaseSubject) -> Iterator[DunningAttempt]:
        for attempt in self.cards.history.attempts:
            if attempt.invoice_id == subject.invoice.id and attempt.status is AttemptStatus.FAILED:
                yield self._attempt(attempt, subject.method)

    def _revoked_at(self, subject: CaseSubject) -> Instant | None:
        """Say when the payer stopped charges of this method last, if that was in another case."""
        stops = [
            attempt.created_at
            for attempt in self.cards.history.attempts
            if attempt.invoice_id != subject.invoice.id
            and subject.method is not None
            and attempt.payment_method_id == subject.method.id
            and self.cards.verdicts.is_stopped(attempt)
        ]
        return max(stops, default=None)

    def _asks(self, subject: CaseSubject) -> Iterator[DunningAttempt]:
        """Read requests for pushed money as tries that brought nothing so far; a payer's own are no step of a plan."""
        for request in self.requests:
            if request.invoice_id == subject.invoice.id and request.is_planned:
                instrument = Instrument(request.rail.value, request.rail, request.created_at)
                unanswered = FailureCode.typical(FailureCategory.UNKNOWN)
                yield DunningAttempt(at=request.created_at, instrument=instrument, failure=unanswered)

    def _attempt(self, attempt: PaymentAttempt, method: PaymentMethod | None) -> DunningAttempt:
        is_current = method is not None and attempt.payment_method_id == method.id
        instrument = (
            self._instrument(method)
            if is_current and method is not None
            else Instrument(
                str(attempt.payment_method_id),
                Rail(attempt.rail),
                attempt.created_at,
                card=self.cards.history.cards[attempt.payment_method_id],
            )
        )
        return DunningAttempt(
            at=attempt.created_at,
            instrument=instrument,
            failure=self.cards.verdicts.failure(attempt),
            advice=attempt.advice_code,
            is_manual=not self.cards.verdicts.is_planned(attempt),
        )

    @staticmethod
    def _instrument(method: PaymentMethod) -> Instrument:
        return Instrument(
            key=str(method.id),
            rail=method.rail,
            added_at=method.created_at,
            network=Network.of_brand(method.brand),
            activated_at=None if method.mandate is None else method.mandate.activated_at,
            card=method.card_key,
        )
