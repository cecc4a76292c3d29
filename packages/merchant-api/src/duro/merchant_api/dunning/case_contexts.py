from collections.abc import Iterator, Mapping, Sequence
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
    NetworkBudget,
    Rail,
    Standing,
)
from duro.crypto import Digest
from duro.db.push_rows import PaymentRequest
from duro.db.records import AttemptStatus, Initiator, PaymentAttempt, PaymentMethod
from duro.db.recovery import CaseSubject
from duro.kernel import DunningScheduleId
from duro.payments import FailureCodes


@final
@dataclass(frozen=True, slots=True)
class CaseContexts:
    """What decisions about recovery cases depend on, put together from rows that one transaction has read."""

    codes: FailureCodes
    budget: NetworkBudget
    settings: DunningSettings
    attempts: Sequence[PaymentAttempt]
    tries: Mapping[bytes, tuple[Instant, ...]]
    requests: Sequence[PaymentRequest] = ()

    @staticmethod
    def card_key(method: PaymentMethod) -> bytes:
        """Name a card without telling which it is: one key wherever it is saved, if the provider knows that."""
        if method.fingerprint is None:
            return Digest.of(b"method", method.id.value.bytes)
        return Digest.of(b"card", method.provider.encode(), method.fingerprint.encode())

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
            usage=CardUsage() if method is None else self._usage(subject, method),
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
        for attempt in self.attempts:
            if attempt.invoice_id == subject.invoice.id and attempt.status is AttemptStatus.FAILED:
                yield self._attempt(attempt, subject.method)

    def _revoked_at(self, subject: CaseSubject) -> Instant | None:
        """Say when the payer stopped charges of this method last, if that was in another case."""
        stops = [
            attempt.created_at
            for attempt in self.attempts
            if attempt.invoice_id != subject.invoice.id
            and subject.method is not None
            and attempt.payment_method_id == subject.method.id
            and self._is_stop(attempt)
        ]
        return max(stops, default=None)

    def _is_stop(self, attempt: PaymentAttempt) -> bool:
        failure = self.codes.find(provider=attempt.provider, code=attempt.failure_code or "")
        return Standing.is_stopped(failure, self.budget.advised(attempt.advice_code, at=attempt.created_at))

    def _asks(self, subject: CaseSubject) -> Iterator[DunningAttempt]:
        """Read requests for pushed money as tries that brought nothing so far; a payer's own are no step of a plan."""
        for request in self.requests:
            if request.invoice_id == subject.invoice.id and request.is_planned:
                instrument = Instrument(request.rail.value, request.rail, request.created_at)
                unanswered = FailureCode.typical(FailureCategory.UNKNOWN)
                yield DunningAttempt(at=request.created_at, instrument=instrument, failure=unanswered)

    def _usage(self, subject: CaseSubject, method: PaymentMethod) -> CardUsage:
        declined = [
            (attempt, self._attempt(attempt, method))
            for attempt in self.attempts
            if attempt.payment_method_id == method.id and attempt.status is AttemptStatus.FAILED
        ]
        set_up = self.budget.mandate_set_up
        automatic = {
            attempt.created_at for attempt, seen in declined if not seen.is_manual and seen.is_verdict(set_up)
        } | set(self.tries.get(self.card_key(method), ()))
        owed = subject.invoice.amount_remaining
        at_merchant = tuple(attempt.created_at for attempt, _ in declined)
        return CardUsage(
            network=Network.of_brand(method.brand),
            provider=method.provider,
            automatic=tuple(sorted(automatic)),
            merchant=at_merchant,
            merchant_amount=tuple(attempt.created_at for attempt, _ in declined if attempt.amount == owed),
            streak=at_merchant,
            is_barred=any(Standing.bars(seen, self.budget.advised(seen.advice, at=seen.at)) for _, seen in declined),
        )

    def _attempt(self, attempt: PaymentAttempt, method: PaymentMethod | None) -> DunningAttempt:
        is_current = method is not None and attempt.payment_method_id == method.id
        instrument = (
            self._instrument(method)
            if is_current and method is not None
            else Instrument(str(attempt.payment_method_id), Rail(attempt.rail), attempt.created_at)
        )
        return DunningAttempt(
            at=attempt.created_at,
            instrument=instrument,
            failure=self.codes.find(provider=attempt.provider, code=attempt.failure_code or ""),
            advice=attempt.advice_code,
            is_manual=attempt.initiator is not Initiator.SCHEDULE,
        )

    @staticmethod
    def _instrument(method: PaymentMethod) -> Instrument:
        return Instrument(
            key=str(method.id),
            rail=method.rail,
            added_at=method.created_at,
            network=Network.of_brand(method.brand),
            activated_at=None if method.mandate is None else method.mandate.activated_at,
        )
