from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Final, final

from asyncpg import Record
from whenever import Instant

from duro.db.records import DunningSchedule
from duro.db.session import TenantSession
from duro.kernel import Currency, DunningScheduleId, Money

_SQL: Final = files("duro.db").joinpath("sql")
_CASE_OUTCOME: Final = _SQL.joinpath("case_outcome.sql").read_text()
_CASE_SUMS: Final = _SQL.joinpath("case_sums.sql").read_text()
_OVERVIEW: Final = (
    _SQL.joinpath("analytics_overview.sql")
    .read_text()
    .replace("{case_outcome}", _CASE_OUTCOME)
    .replace("{case_sums}", _CASE_SUMS)
)
_COHORTS: Final = f"""
    select date_trunc('month', d.opened_at at time zone t.zone)::date as month, d.currency, d.category, {_CASE_SUMS}
    from {{schema}}.dunning_schedules d join core.tenants t on t.id = d.tenant_id
    {_CASE_OUTCOME}
    where d.tenant_id = $1 and d.opened_at >= $2 and d.opened_at < $3
    group by 1, 2, 3
    order by 1, 2, 3"""
_FEES_OF: Final = f"""
    select d.id, kept.fees, kept.unknown from {{schema}}.dunning_schedules d
    {_CASE_OUTCOME}
    where d.tenant_id = $1 and d.id = any($2::uuid[])"""
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
_WHOLE: Final = 10_000


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyAtRisk:
    """What became of charges that failed: the amount is all of them, won back, still open, lost or cancelled.

    A part that was paid is won back whatever becomes of the rest. Fees are what providers kept of all money that paid
    for what was won back; of some of these cases it may be unknown in part, which then counts for nothing.
    """

    cases: int
    amount: Money
    recovered_cases: int
    recovered: Money
    open_cases: int
    open: Money
    lost_cases: int
    lost: Money
    cancelled_cases: int
    cancelled: Money
    fees: Money
    fees_unknown: int

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
            lost_cases=row["lost_cases"],
            lost=Money(row["lost"], currency),
            cancelled_cases=row["cancelled_cases"],
            cancelled=Money(row["cancelled"], currency),
            fees=Money(row["fees"], currency),
            fees_unknown=row["fees_unknown"],
        )

    @property
    def recovered_net(self) -> Money:
        """What was won back after the fees that are known."""
        return self.recovered - self.fees

    @property
    def recovery_basis_points(self) -> int | None:
        """How much of the money was won back, in hundredths of a percent, rounded half up; None if none was at risk.

        What is still open isn't recovered: a month isn't better because its end is unknown.
        """
        return self._basis_points(self.recovered.amount, self.amount.amount)

    @property
    def net_recovery_basis_points(self) -> int | None:
        """How much of the money was won back after fees, as the rate before them."""
        return self._basis_points(self.recovered_net.amount, self.amount.amount)

    @property
    def case_recovery_basis_points(self) -> int | None:
        """How many of the cases were won, whatever they were about, as the rates of money."""
        return self._basis_points(self.recovered_cases, self.cases)

    @staticmethod
    def _basis_points(won: int, of: int) -> int | None:
        return (2 * _WHOLE * won + of) // (2 * of) if of else None


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

    async def fees_of(self, cases: Sequence[DunningSchedule]) -> Mapping[DunningScheduleId, Money | None]:
        """Add up what providers kept of all that paid for each of these recovered cases; None where some is unknown."""
        rows = await self._session.fetch(_FEES_OF, [case.id.value for case in cases])
        known = {row["id"]: row["fees"] or 0 for row in rows if not row["unknown"]}
        return {
            case.id: Money(known[case.id.value], case.amount.currency) if case.id.value in known else None
            for case in cases
        }

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
        )

    @staticmethod
    def _cohort(row: Record) -> Cohort:
        return Cohort(month=row["month"], category=row["category"], at_risk=MoneyAtRisk.of(row))
