from typing import Final, final

from whenever import Instant, TimeDelta

from duro.db import Repositories
from duro.db.records import Invoice, PaymentMethod
from duro.kernel import ConflictError, Money
from duro.merchant_api.billing.card_records import CardRecords
from duro.merchant_api.billing.card_verdicts import CardVerdicts

_REMEMBERED: Final = TimeDelta(hours=24 * 30)


@final
class CardBudget:
    """What networks allow of a charge that somebody asks for: so many declines, and none while they said to wait.

    Duro's own rule is for tries that nobody asked for, and doesn't hold here.
    """

    def __init__(self) -> None:
        self._verdicts = CardVerdicts.published()

    async def require(
        self, repos: Repositories, method: PaymentMethod, invoice: Invoice, *, owed: Money, now: Instant
    ) -> None:
        """Keep others from trying the card until the transaction ends, and let this try be made.

        The first charge of an invoice waits for nothing but a ceiling. Raise ConflictError `card_budget_spent`, which
        says from when the try is allowed.
        """
        card = method.card_key
        tries = await repos.card_tries.lock([card], since=now - _REMEMBERED)
        history = await repos.recovery.history(cards=[card])
        usage = CardRecords(self._verdicts, history, tries).usage(method, owed=owed)
        is_first = all(attempt.invoice_id != invoice.id for attempt in history.of(card))
        waits_until = now if is_first or usage.waits_until is None else max(now, usage.waits_until)
        allowed = self._verdicts.budget.earliest(usage, at=waits_until, is_first=True)
        if allowed.at > now:
            why = "it asked to wait" if allowed.rule is None else f"only {allowed.rule.words} may be declined"
            message = f"The network of this card allows no try before {allowed.at.format_iso()}: {why}."
            raise ConflictError("card_budget_spent", message)
