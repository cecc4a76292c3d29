from msgspec import Struct

from duro.billing.recovery import DunningAction, Rail
from duro.db.pages import Page
from duro.db.push_rows import PaymentRequest, PaymentRequestStatus
from duro.db.records import DunningEvent, DunningEventKind, DunningSchedule, DunningState
from duro.kernel import IncomingPaymentId, PaymentAttemptId
from duro.merchant_api.dunning import CaseWithAttempts, RecoveredMoney
from duro.public_api.transactions.views import TransactionView
from duro.public_api.wire import PageView, Written


class ScheduleView(Struct, frozen=True, rename="camel"):
    """A charge that failed, as it is worked: where it stands, what comes next and why.

    `amount` is the money at risk when it failed; `action` is null until somebody has decided about the last failure.
    `paymentMethodId` is the mandate that it went on with when it left the subscription's own payment method.
    """

    id: str
    invoice_id: str
    subscription_id: str
    state: DunningState
    amount: int
    currency: str
    category: str | None
    action: DunningAction | None
    rail: str
    payment_method_id: str | None
    reason: str
    attempts_made: int
    next_attempt_at: str | None
    deadline_at: str | None
    paused_at: str | None
    opened_at: str
    closed_at: str | None

    @classmethod
    def of(cls, schedule: DunningSchedule) -> "ScheduleView":
        return cls(
            id=str(schedule.id),
            invoice_id=str(schedule.invoice_id),
            subscription_id=str(schedule.subscription_id),
            state=schedule.state,
            amount=schedule.amount.amount,
            currency=schedule.amount.currency.code,
            category=schedule.category,
            action=schedule.action,
            rail=schedule.rail,
            payment_method_id=None if schedule.payment_method_id is None else str(schedule.payment_method_id),
            reason=schedule.reason,
            attempts_made=schedule.attempts_made,
            next_attempt_at=Written.optional(schedule.next_attempt_at),
            deadline_at=Written.optional(schedule.deadline_at),
            paused_at=Written.optional(schedule.paused_at),
            opened_at=Written.instant(schedule.opened_at),
            closed_at=Written.optional(schedule.closed_at),
        )


class PaymentRequestView(Struct, frozen=True, rename="camel"):
    """What a payer was asked to push by one rail, and how they do it.

    The instructions have a `code` to dial for USSD, else `accountNumber`, `bankName` and `accountName`; they are null
    until the provider has given them.
    """

    id: str
    rail: Rail
    status: PaymentRequestStatus
    amount: int
    currency: str
    instructions: dict[str, str] | None
    expires_at: str | None
    created_at: str

    @classmethod
    def of(cls, request: PaymentRequest) -> "PaymentRequestView":
        return cls(
            id=str(request.id),
            rail=request.rail,
            status=request.status,
            amount=request.amount.amount,
            currency=request.amount.currency.code,
            instructions=None if request.instructions is None else dict(request.instructions),
            expires_at=Written.optional(request.expires_at),
            created_at=Written.instant(request.created_at),
        )


class ScheduleDetailView(Struct, frozen=True, rename="camel"):
    """A recovery case with every try to collect its invoice, and every request to push what it asks for."""

    schedule: ScheduleView
    transactions: list[TransactionView]
    payment_requests: list[PaymentRequestView]

    @classmethod
    def of(cls, case: CaseWithAttempts) -> "ScheduleDetailView":
        return cls(
            ScheduleView.of(case.schedule),
            [TransactionView.of(attempt, case.disputes) for attempt in case.attempts],
            [PaymentRequestView.of(request) for request in case.requests],
        )


class SchedulePage(PageView[ScheduleView], frozen=True, rename="camel"):
    """One page of recovery cases."""

    @classmethod
    def of(cls, page: Page[DunningSchedule]) -> "SchedulePage":
        return cls([ScheduleView.of(one) for one in page.items], page.has_more, page.next_cursor)


class StepView(Struct, frozen=True, rename="camel"):
    """One thing that happened to a recovery case, and why."""

    id: str
    kind: DunningEventKind
    action: DunningAction | None
    rail: str | None
    reason: str
    next_attempt_at: str | None
    created_at: str

    @classmethod
    def of(cls, event: DunningEvent) -> "StepView":
        return cls(
            id=str(event.id),
            kind=event.kind,
            action=event.action,
            rail=event.rail,
            reason=event.reason,
            next_attempt_at=Written.optional(event.next_attempt_at),
            created_at=Written.instant(event.created_at),
        )


class StepPage(PageView[StepView], frozen=True, rename="camel"):
    """One page of what happened to a recovery case, newest first."""

    @classmethod
    def of(cls, page: Page[DunningEvent]) -> "StepPage":
        return cls([StepView.of(one) for one in page.items], page.has_more, page.next_cursor)


class RecoveredView(Struct, frozen=True, rename="camel"):
    """Money that was won back: how much, when, and by what; `id` is its recovery case's.

    `action` is what was decided before the money came, or who asked for the try. A charge that brought it is named as
    the transaction, money that the payer pushed as the payment. `fee` is what providers kept of all that paid for it,
    parts included, and `net` what is left; both are null where a provider doesn't say.
    """

    id: str
    invoice_id: str
    subscription_id: str
    amount: int
    fee: int | None
    net: int | None
    currency: str
    category: str | None
    transaction_id: str | None
    payment_id: str | None
    rail: str | None
    action: str | None
    attempts_made: int
    opened_at: str
    recovered_at: str | None

    @classmethod
    def of(cls, one: RecoveredMoney) -> "RecoveredView":
        won = one.case
        winner, rail = won.recovered_by, won.recovered_rail
        is_pushed = rail is not None and Rail(rail).is_push
        return cls(
            id=str(won.id),
            invoice_id=str(won.invoice_id),
            subscription_id=str(won.subscription_id),
            amount=won.amount.amount,
            fee=None if one.fee is None else one.fee.amount,
            net=None if one.net is None else one.net.amount,
            currency=won.amount.currency.code,
            category=won.category,
            transaction_id=None if winner is None or is_pushed else str(PaymentAttemptId(winner)),
            payment_id=None if winner is None or not is_pushed else str(IncomingPaymentId(winner)),
            rail=rail,
            action=won.recovered_action,
            attempts_made=won.attempts_made,
            opened_at=Written.instant(won.opened_at),
            recovered_at=Written.optional(won.closed_at),
        )


class RecoveredPage(PageView[RecoveredView], frozen=True, rename="camel"):
    """One page of recovered money, by when its charges failed, newest first."""

    @classmethod
    def of(cls, page: Page[RecoveredMoney]) -> "RecoveredPage":
        return cls([RecoveredView.of(one) for one in page.items], page.has_more, page.next_cursor)
