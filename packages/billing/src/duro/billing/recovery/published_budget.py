from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, final

from whenever import Instant, TimeDelta

from duro.billing.recovery.advice import AdviceEffect, AdviceRule
from duro.billing.recovery.budget_rule import BudgetRule
from duro.billing.recovery.card_usage import BudgetScope
from duro.billing.recovery.network import Network
from duro.billing.recovery.network_budget import NetworkBudget

_DAY: Final = TimeDelta(hours=24)
_MONTH: Final = TimeDelta(hours=24 * 30)
_ALWAYS: Final = Instant.from_utc(2000, 1, 1)
_VISA_SINCE: Final = Instant.from_utc(2025, 5, 1)
_MASTERCARD_SINCE: Final = Instant.from_utc(2025, 1, 1)
_VISA: Final = "Visa's rules on reattempts, as processors publish them: 15, where others say 20"
_MASTERCARD: Final = "Mastercard's excessive attempts, as processors publish them"
_ADVICE: Final = "Mastercard's merchant advice codes, as processors publish them"
_OURS: Final = "Duro's own rule, stricter than every network's"
_DEFAULT: Final = "nothing public: a safe default"
_WAITS_IN_HOURS: Final[Mapping[str, int]] = {
    "02": 72,
    "24": 1,
    "25": 24,
    "26": 48,
    "27": 96,
    "28": 144,
    "29": 192,
    "30": 240,
}


@final
@dataclass(frozen=True, slots=True)
class PublishedBudget:
    """The rules as they were published on a date: what NetworkBudget holds unless an operator configures others."""

    as_of: str = "2026-10"

    def budget(self) -> NetworkBudget:
        return NetworkBudget(
            rules=(*self._ours(), *self._visa(), *self._mastercard(), *self._others(), *self._gateways()),
            advice={rule.code: rule for rule in (*self._waits(), *self._stops(), *self._new_cards())},
            mandate_set_up=TimeDelta(hours=2),
        )

    @staticmethod
    def _ours() -> tuple[BudgetRule, ...]:
        return (
            BudgetRule("one try in 24 hours", BudgetScope.AUTOMATIC, 1, _DAY, _ALWAYS, _OURS),
            BudgetRule("ten tries in 30 days", BudgetScope.AUTOMATIC, 10, _MONTH, _ALWAYS, _OURS),
        )

    @staticmethod
    def _visa() -> tuple[BudgetRule, ...]:
        visa = frozenset({Network.VISA})
        scope = BudgetScope.MERCHANT_AMOUNT
        return (BudgetRule("15 in 30 days", scope, 15, _MONTH, _VISA_SINCE, _VISA, visa, is_ceiling=True),)

    @staticmethod
    def _mastercard() -> tuple[BudgetRule, ...]:
        mastercard, since = frozenset({Network.MASTERCARD}), _MASTERCARD_SINCE
        return (
            BudgetRule(
                "10 in 24 hours", BudgetScope.MERCHANT, 10, _DAY, since, _MASTERCARD, mastercard, is_ceiling=True
            ),
            BudgetRule(
                "35 in 30 days",
                BudgetScope.MERCHANT_AMOUNT,
                35,
                _MONTH,
                since,
                _MASTERCARD,
                mastercard,
                is_ceiling=True,
            ),
        )

    @staticmethod
    def _others() -> tuple[BudgetRule, ...]:
        others, scope = frozenset({Network.VERVE, Network.OTHER}), BudgetScope.MERCHANT
        return (
            BudgetRule("10 in 24 hours", scope, 10, _DAY, _ALWAYS, _DEFAULT, others, is_ceiling=True),
            BudgetRule("15 in 30 days", scope, 15, _MONTH, _ALWAYS, _DEFAULT, others, is_ceiling=True),
        )

    @staticmethod
    def _gateways() -> tuple[BudgetRule, ...]:
        source = "Paystack: ten failures in a row, one try in 24 hours"
        words, scope = "one try in 24 hours after ten failures in a row", BudgetScope.STREAK
        return (BudgetRule(words, scope, 1, _DAY, _ALWAYS, source, provider="paystack", after=10),)

    @staticmethod
    def _waits() -> tuple[AdviceRule, ...]:
        return tuple(
            AdviceRule(code, AdviceEffect.WAIT, _MASTERCARD_SINCE, _ADVICE, wait=TimeDelta(hours=hours))
            for code, hours in _WAITS_IN_HOURS.items()
        )

    @staticmethod
    def _stops() -> tuple[AdviceRule, ...]:
        return (
            AdviceRule("03", AdviceEffect.NEVER_AGAIN, _ALWAYS, _ADVICE),
            AdviceRule("42", AdviceEffect.NEVER_AGAIN, _ALWAYS, _ADVICE),
            AdviceRule("99", AdviceEffect.NEVER_AGAIN, _ALWAYS, "what some gateways answer with for 03"),
            AdviceRule("21", AdviceEffect.REVOKED, _ALWAYS, _ADVICE),
        )

    @staticmethod
    def _new_cards() -> tuple[AdviceRule, ...]:
        effect = AdviceEffect.NEW_CARD
        return (
            AdviceRule("01", effect, _ALWAYS, _ADVICE, authenticate_with=frozenset({"83"})),
            AdviceRule("40", effect, _ALWAYS, _ADVICE),
            AdviceRule("41", effect, _ALWAYS, _ADVICE),
        )
