from collections.abc import Sequence

from msgspec import Struct, field

from duro.billing import FailureCategory
from duro.db.analytics import Cohort, CurrencyOverview, FailedCharges, MoneyAtRisk
from duro.merchant_api.analytics import Failures, Stretch
from duro.payments import FailureCodes
from duro.public_api.wire import Written


class MoneyAtRiskView(Struct, frozen=True, rename="camel"):
    """Charges that failed in a stretch of time, as they stand now, in minor units; what is open isn't recovered.

    A part that was paid is recovered, whatever becomes of the rest; the case counts as recovered once all of it is.
    `recoveredFees` is what providers kept of all that paid for what was recovered, `recoveredNet` what is left of that.
    Of `feesUnknown` of the recovered cases a provider didn't say what it kept of some of it, which counts for nothing.
    `recoveryBasisPoints` is how much of the amount was recovered, in hundredths of a percent; null if it is 0. The net
    rate is that after fees, the case rate that of cases instead of money.
    """

    cases: int
    amount: int
    recovered_cases: int
    recovered: int
    recovered_fees: int
    recovered_net: int
    fees_unknown: int
    open_cases: int
    open: int
    recovery_basis_points: int | None
    net_recovery_basis_points: int | None
    case_recovery_basis_points: int | None

    @classmethod
    def of(cls, one: MoneyAtRisk) -> "MoneyAtRiskView":
        return cls(
            cases=one.cases,
            amount=one.amount.amount,
            recovered_cases=one.recovered_cases,
            recovered=one.recovered.amount,
            recovered_fees=one.fees.amount,
            recovered_net=one.recovered_net.amount,
            fees_unknown=one.fees_unknown,
            open_cases=one.open_cases,
            open=one.open.amount,
            recovery_basis_points=one.recovery_basis_points,
            net_recovery_basis_points=one.net_recovery_basis_points,
            case_recovery_basis_points=one.case_recovery_basis_points,
        )


class CurrencyOverviewView(Struct, frozen=True, rename="camel"):
    """How a business stands in one currency, in minor units.

    `monthlyRecurring` is a month's worth of all subscriptions that run or owe, before discounts.
    """

    currency: str
    monthly_recurring: int
    subscriptions: int
    churned_by_choice: int
    churned_by_failure: int
    at_risk: MoneyAtRiskView
    lost_cases: int
    lost: int
    cancelled_cases: int
    cancelled: int

    @classmethod
    def of(cls, one: CurrencyOverview) -> "CurrencyOverviewView":
        return cls(
            currency=one.recurring.currency.code,
            monthly_recurring=one.recurring.amount,
            subscriptions=one.subscriptions,
            churned_by_choice=one.churned_by_choice,
            churned_by_failure=one.churned_by_failure,
            at_risk=MoneyAtRiskView.of(one.at_risk),
            lost_cases=one.at_risk.lost_cases,
            lost=one.at_risk.lost.amount,
            cancelled_cases=one.at_risk.cancelled_cases,
            cancelled=one.at_risk.cancelled.amount,
        )


class OverviewView(Struct, frozen=True, rename="camel"):
    """How a business stands, a currency each."""

    since: str = field(name="from")
    until: str = field(name="to")
    currencies: list[CurrencyOverviewView]

    @classmethod
    def of(cls, stretch: Stretch, found: Sequence[CurrencyOverview]) -> "OverviewView":
        return cls(
            Written.instant(stretch.since),
            Written.instant(stretch.until),
            [CurrencyOverviewView.of(one) for one in found],
        )


class FailedChargesView(Struct, frozen=True, rename="camel"):
    """Declined charges of one month, on the merchant's calendar, with one code of one provider, in minor units.

    Recovered are those of them whose invoice's case was won since.
    """

    month: str
    provider: str
    code: str
    category: FailureCategory
    charges: int
    amount: int
    recovered_charges: int
    recovered: int
    currency: str

    @classmethod
    def of(cls, one: FailedCharges, codes: FailureCodes) -> "FailedChargesView":
        return cls(
            month=f"{one.month:%Y-%m}",
            provider=one.provider,
            code=one.code,
            category=codes.category_of(provider=one.provider, code=one.code),
            charges=one.charges,
            amount=one.amount.amount,
            recovered_charges=one.recovered_charges,
            recovered=one.recovered.amount,
            currency=one.amount.currency.code,
        )


class CohortView(Struct, frozen=True, rename="camel"):
    """What became of charges that failed in one month, on the merchant's calendar, for one reason."""

    month: str
    currency: str
    category: str | None
    at_risk: MoneyAtRiskView
    lost_cases: int
    lost: int
    cancelled_cases: int
    cancelled: int

    @classmethod
    def of(cls, one: Cohort) -> "CohortView":
        return cls(
            month=f"{one.month:%Y-%m}",
            currency=one.at_risk.amount.currency.code,
            category=one.category,
            at_risk=MoneyAtRiskView.of(one.at_risk),
            lost_cases=one.at_risk.lost_cases,
            lost=one.at_risk.lost.amount,
            cancelled_cases=one.at_risk.cancelled_cases,
            cancelled=one.at_risk.cancelled.amount,
        )


class FailuresView(Struct, frozen=True, rename="camel"):
    """Declined charges by month and code, and what became of the cases they led to, by month of failure.

    Of each month the most frequent codes come first; all months together have 1,000 lines at most.
    """

    since: str = field(name="from")
    until: str = field(name="to")
    codes: list[FailedChargesView]
    cohorts: list[CohortView]

    @classmethod
    def of(cls, stretch: Stretch, found: Failures) -> "FailuresView":
        codes = FailureCodes.bundled()
        return cls(
            Written.instant(stretch.since),
            Written.instant(stretch.until),
            [FailedChargesView.of(one, codes) for one in found.codes],
            [CohortView.of(one) for one in found.cohorts],
        )
