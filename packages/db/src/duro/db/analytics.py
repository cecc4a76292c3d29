from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Final, final

from asyncpg import Record
from whenever import Instant

from duro.db.session import TenantSession
from duro.kernel import Currency, Money

_OVERVIEW: Final = files("duro.db").joinpath("sql", "analytics_overview.sql").read_text()
_COHORTS: Final = """
    select date_trunc('month', d.opened_at at time zone t.zone)::date as month, d.currency, d.category,
           count(*) as cases, sum(d.amount)::bigint as at_risk,
           count(*) filter (where d.state = 'recovered') as recovered_cases,
           coalesce(sum(d.amount) filter (where d.state = 'recovered'), 0)::bigint as recovered,
           count(*) filter (where d.state in ('scheduled', 'awaiting_customer')) as open_cases,
           coalesce(sum(d.amount) filter (where d.state in ('scheduled', 'awaiting_customer')), 0)::bigint as open
    from {schema}.dunning_schedules d join core.tenants t on t.id = d.tenant_id
    where d.tenant_id = $1 and d.opened_at >= $2 and d.opened_at < $3
    group by 1, 2, 3
    order by 1, 2, 3"""
_FAILURES: Final = """
    select date_trunc('month', a.created_at at time zone t.zone)::date as month, a.provider,
           coalesce(a.failure_code, '') as code, a.currency, count(*) as charges, sum(a.amount)::bigint as amount,
           count(*) filter (where d.state = 'recovered') as recovered_charges,
           coalesce(sum(a.amount) filter (where d.state = 'recovered'), 0)::bigint as recovered
    from {schema}.payment_attempts a
    join core.tenants t on t.id = a.tenant_id
    left join {schema}.dunning_schedules d on d.tenant_id = a.tenant_id and d.invoice_id = a.invoice_id
    where a.tenant_id = $1 and a.status = 'failed' and a.created_at >= $2 and a.created_at < $3
    group by 1, 2, 3, 4
    order by 1, charges desc, 2, 3, 4
    limit 1000"""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyAtRisk:
    """What became of charges that failed: the amount is all of them, won back, still open, or neither."""

    cases: int
    amount: Money
    recovered_cases: int
    recovered: Money
    open_cases: int
    open: Money

    @classmethod
    def of(cls, row: Record) -> "MoneyAtRisk":
        currency = Currency(row["currency"])
        return cls(
            cases=row["cases"],
            amount=Money(row["at_risk"], currency),
            recovered_cases=row["recovered_cases"],
            recovered=Money(row["recovered"], currency),
            open_cases=row["open_cases"],
            open=Money(row["open"], currency),
        )

    @property
    def recovery_basis_points(self) -> int | None:
        """How much of the money was won back, in hundredths of a percent, rounded half up; None if none was at risk.

        What is still open isn't recovered: a month isn't better because its end is unknown.
        """
        if self.amount.is_zero:
            return None
        return (2 * 10_000 * self.recovered.amount + self.amount.amount) // (2 * self.amount.amount)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class CurrencyOverview:
    """How a business stands in one currency.

    Recurring is a month's worth of all subscriptions that run or owe: each one's price times quantity times its periods
    a year (8,760 hours, 365 days) over twelve, rounded half up, before discounts. Churned are subscriptions that ended
    or became unpaid in the stretch of time; the cases are those whose charge failed in it, as they stand now.
    """

    recurring: Money
    subscriptions: int
    churned_by_choice: int
    churned_by_failure: int
    at_risk: MoneyAtRisk
    lost: Money
    cancelled: Money


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """What became of charges that failed in one month, on the merchant's calendar, for one reason; open ones count."""

    month: date
    category: str | None
    at_risk: MoneyAtRisk


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class FailedCharges:
    """Declined charges of one month, on the merchant's calendar, with one code of one provider.

    Recovered are those of them whose invoice's case was won since.
    """

    month: date
    provider: str
    code: str
    charges: int
    amount: Money
    recovered_charges: int
    recovered: Money


@final
class AnalyticsRepository:
    """Sums over the tenant's rows, one statement for each question."""

    def __init__(self, session: TenantSession) -> None:
        self._session = session

    async def overview(self, since: Instant, until: Instant) -> tuple[CurrencyOverview, ...]:
        """Sum up, a currency each, in the order of their codes."""
        return tuple(self._currency(row) for row in await self._session.fetch(_OVERVIEW, since, until))

    async def cohorts(self, since: Instant, until: Instant) -> tuple[Cohort, ...]:
        """Sum up the cases opened in a stretch of time by month, currency and category, oldest first."""
        return tuple(self._cohort(row) for row in await self._session.fetch(_COHORTS, since, until))

    async def failures(self, since: Instant, until: Instant) -> tuple[FailedCharges, ...]:
        """Count declined charges by month, code and currency, a month's most frequent first; at most 1,000 of these."""
        return tuple(
            FailedCharges(
                month=row["month"],
                provider=row["provider"],
                code=row["code"],
                charges=row["charges"],
                amount=Money(row["amount"], Currency(row["currency"])),
                recovered_charges=row["recovered_charges"],
                recovered=Money(row["recovered"], Currency(row["currency"])),
            )
            for row in await self._session.fetch(_FAILURES, since, until)
        )

    @staticmethod
    def _currency(row: Record) -> CurrencyOverview:
        currency = Currency(row["currency"])
        return CurrencyOverview(
            recurring=Money(row["recurring"], currency),
            subscriptions=row["subscriptions"],
            churned_by_choice=row["chosen"],
            churned_by_failure=row["failed"],
            at_risk=MoneyAtRisk.of(row),
            lost=Money(row["lost"], currency),
            cancelled=Money(row["cancelled"], currency),
        )

    @staticmethod
    def _cohort(row: Record) -> Cohort:
        return Cohort(month=row["month"], category=row["category"], at_risk=MoneyAtRisk.of(row))
