from typing import Final, final

from whenever import Instant, TimeDelta

from duro.billing.recovery import BudgetRule, CardUsage, Network
from duro.db import Repositories
from duro.db.records import Invoice, PaymentAttempt, PaymentMethod
from duro.db.renewal_rows import RenewalSubject
from duro.kernel import ConflictError, Money
from duro.merchant_api.billing.card_records import CardRecords
from duro.merchant_api.billing.card_verdicts import CardVerdicts


@final
class CardBudget:
    """What networks allow of a charge that is no planned try: so many declines, and none while they said to wait.

    Duro's own rule is for its own tries, and doesn't hold here.
    """

    REMEMBERED: Final = TimeDelta(hours=24 * 30)

    def __init__(self) -> None:
        self._verdicts = CardVerdicts.published()

    def holds_back(self, subject: RenewalSubject, attempt: PaymentAttempt, *, now: Instant) -> BudgetRule | None:
        """Return the ceiling that the card of a renewal has reached, if it has reached one."""
        if subject.instrument is None or not subject.declines:
            return None
        declined = [one for one in subject.declines if self._verdicts.is_decline(one)]
        usage = CardUsage(
            network=Network.of_brand(subject.instrument.brand),
            provider=subject.instrument.provider,
            merchant=tuple(one.created_at for one in declined),
            merchant_amount=tuple(one.created_at for one in declined if one.amount == attempt.amount),
        )
        return self._verdicts.budget.earliest(usage, at=now, is_first=True).rule

    async def require(
        self, repos: Repositories, method: PaymentMethod, invoice: Invoice, *, owed: Money, now: Instant
    ) -> None:
        """Keep others from trying the card until the transaction ends, and let this try be made.

        The first charge of an invoice waits for nothing but a ceiling. Raise ConflictError `card_budget_spent`, which
        says from when the try is allowed.
        """
        card = method.card_key
        tries = await repos.card_tries.lock([card], since=now - self.REMEMBERED)
        history = await repos.recovery.history(cards=[card])
        usage = CardRecords(self._verdicts, history, tries).usage(method, owed=owed)
        is_first = all(attempt.invoice_id != invoice.id for attempt in history.of(card))
        waits_until = now if is_first or usage.waits_until is None else max(now, usage.waits_until)
        allowed = self._verdicts.budget.earliest(usage, at=waits_until, is_first=True)
        if allowed.at > now:
            why = "it asked to wait" if allowed.rule is None else f"only {allowed.rule.words} may be declined"
            message = f"The network of this card allows no try before {allowed.at.format_iso()}: {why}."
            raise ConflictError("card_budget_spent", message)
