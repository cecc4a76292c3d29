from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, final

from duro.simulator.priors import Priors, Span

_NAMED: Final = "sensitivity: one belief changed on purpose"


@final
@dataclass(frozen=True, slots=True)
class Variation:
    """Worlds in which one belief is wrong on purpose: the base ranges with some of them replaced, and why in words."""

    name: str
    words: str
    ranges: Mapping[str, tuple[float, float]]

    @property
    def priors(self) -> Priors:
        """Return the base priors with this variation's ranges in their place."""
        return replace(Priors(), **{name: Span(low, high, _NAMED) for name, (low, high) in self.ranges.items()})

    @classmethod
    def published(cls) -> "tuple[Variation, ...]":
        """List every variation that is reported, all fixed before a learned policy was run in any of them."""
        return (*cls._of_income(), *cls._of_banks(), *cls._of_payers())

    @classmethod
    def _of_income(cls) -> "tuple[Variation, ...]":
        nobody = (0.0, 0.02)
        return (
            cls(
                "month_end_salaries",
                "nearly everybody is paid at month end",
                {"paid_at_month_end": (0.85, 0.95), "paid_on_the_15th": nobody, "paid_weekly": nobody},
            ),
            cls("money_goes_fast", "half of a balance is gone within two or three days", {"days_to_half": (1.5, 3.0)}),
            cls(
                "paid_on_the_15th",
                "most are paid in the middle of the month, where no policy expects it",
                {"paid_at_month_end": (0.05, 0.10), "paid_on_the_15th": (0.60, 0.75), "paid_weekly": (0.02, 0.10)},
            ),
            cls(
                "payday_does_not_matter",
                "money lasts for months and no rent takes it, so that a payday changes little",
                {"days_to_half": (60.0, 120.0), "rent_chance": (0.0, 0.0)},
            ),
            cls(
                "irregular_incomes",
                "nearly everybody is paid on days that nobody knows",
                {"paid_at_month_end": nobody, "paid_on_the_15th": nobody, "paid_weekly": nobody},
            ),
            cls(
                "weekly_incomes",
                "most are paid weekly",
                {"paid_at_month_end": (0.05, 0.10), "paid_on_the_15th": (0.03, 0.08), "paid_weekly": (0.65, 0.80)},
            ),
            cls(
                "late_salaries",
                "pay is late as often as not, and often by weeks",
                {"late_pay": (0.40, 0.70), "very_late_pay": (0.10, 0.25)},
            ),
            cls(
                "renewed_on_payday",
                "most signed up near their payday, so that what fails was meant to meet it",
                {"signed_up_near_payday": (0.75, 0.95)},
            ),
        )

    @classmethod
    def _of_banks(cls) -> "tuple[Variation, ...]":
        return (
            cls(
                "more_outages",
                "banks and switches are down often and for long",
                {
                    "outage": (0.20, 0.35),
                    "outage_hours": (4.0, 24.0),
                    "stray_errors": (0.01, 0.05),
                    "insufficient_funds": (0.30, 0.50),
                },
            ),
            cls(
                "few_empty_accounts",
                "banks decline without a reason more often than for want of money",
                {"insufficient_funds": (0.20, 0.35), "generic": (0.35, 0.50), "outage": (0.08, 0.16)},
            ),
            cls(
                "vague_banks",
                "a third of the banks never says that an account is empty",
                {"generic_empty": (0.25, 0.40), "generic": (0.25, 0.40), "insufficient_funds": (0.35, 0.50)},
            ),
            cls("final_declines", "most generic declines never pass", {"generic_passes": (0.10, 0.30)}),
            cls("few_failures", "failures are rare, so that little is learned", {"failure_rate": (0.03, 0.06)}),
        )

    @classmethod
    def _of_payers(cls) -> "tuple[Variation, ...]":
        return (
            cls("deaf_payers", "hardly anybody answers a message", {"answers": (0.01, 0.05)}),
            cls("touchy_payers", "messages and failed tries make many cancel", {"annoyance": (0.03, 0.08)}),
        )
