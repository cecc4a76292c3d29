from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, ClassVar, Final, Protocol
from uuid import UUID

import pytest
from whenever import Date, Instant

from duro.billing import (
    AdvanceBilling,
    BillingCalendar,
    BillingCycle,
    Cadence,
    ChangeOnPayment,
    CycleAnchor,
    FixedDiscount,
    Interval,
    PlanChange,
    PlanChangePlan,
    PlanChangePlanner,
    PlanChangeRequest,
    Price,
    ProratedChange,
    Proration,
    ProrationBehavior,
    Share,
    Subscription,
    TaxRate,
    Terms,
)
from duro.kernel import Currency, CustomerId, Money, Period, PlanId, SubscriptionId

PLACES: Final = 9
DOLLAR: Final = Currency("USD")


class EngineAdapter:
    """Puts each op to the engine's public API; it converts words and values and works nothing out."""

    NOT_YET: ClassVar[frozenset[str]] = frozenset(
        {
            "construct",
            "parse",
            "sign",
            "verify",
        }
    )

    def answer(self, op: str, given: Mapping[str, Any], *, asked: int) -> Mapping[str, object]:
        """Answer as the engine does; `asked` is how many dates a list is to have."""
        answers: dict[str, Callable[[], Mapping[str, object]]] = {
            "advance": lambda: {"date": self._calendar(given, "start").date(given["periods"])},
            "renewal_dates": lambda: {"dates": self._calendar(given, "anchor_date").renewal_dates(asked)},
            "whole_periods_between": lambda: {"periods": self._whole_periods(given)},
            "billing_day_in_timezone": lambda: {"billing_day": self._cycle(given, "start_utc").billing_day},
            "next_boundary_after": lambda: {"datetime": self._next_boundary(given)},
            "previous_boundary_before": lambda: {"datetime": self._previous_boundary(given)},
            "period_containing": lambda: self._period(given),
            "next_billing_date_on_or_after": lambda: {"date": self._next_billing_date(given)},
            "first_charges_with_anchor": lambda: {"dates": self._anchored(given, "start").charge_dates(asked)},
            "trial_then_anchor": lambda: self._trial(given),
            "leading_proration": lambda: {"fraction": self._leading(given).rounded(PLACES)},
            "trailing_proration": lambda: {"fraction": self._trailing(given).rounded(PLACES)},
            "backdate_proration": lambda: {"fraction": self._backdated(given).rounded(PLACES)},
            "billed_cycles": lambda: {"cycles": self._billed(given).rounded(PLACES)},
            "plan_change": lambda: self._plan_change(given),
            "plan_change_reset": lambda: self._plan_change_reset(given),
            "plan_change_fixed_discount": lambda: self._discounted_change(given),
            "plan_change_tax": lambda: self._taxed_change(given),
            "prorated_credit_seconds": lambda: {"credit": self._credit_by_time(given)},
            "unused_credit_months": lambda: {"credit": self._credit_by_months(given)},
        }
        if op not in answers:
            pytest.fail(f"unknown op: {op}")
        return answers[op]()

    def _whole_periods(self, given: Mapping[str, Any]) -> int:
        return self._calendar(given, "start").whole_periods_until(Date.parse_iso(given["end"]))

    def _period(self, given: Mapping[str, Any]) -> Mapping[str, object]:
        period = self._cycle(given, "anchor").period_containing(self._at(given))
        return {"period_start": period.start, "period_end": period.end}

    def _next_boundary(self, given: Mapping[str, Any]) -> Instant:
        cycle = self._cycle(given, "anchor")
        match given.get("boundary", "exclusive"):
            case "inclusive":
                return cycle.boundary_on_or_after(self._at(given))
            case "exclusive":
                return cycle.next_boundary_after(self._at(given))
            case unknown:
                pytest.fail(f"unknown boundary: {unknown}")

    def _previous_boundary(self, given: Mapping[str, Any]) -> Instant:
        cycle = self._cycle(given, "anchor")
        match given.get("boundary", "exclusive"):
            case "inclusive":
                return cycle.boundary_on_or_before(self._at(given))
            case "exclusive":
                return cycle.previous_boundary_before(self._at(given))
            case unknown:
                pytest.fail(f"unknown boundary: {unknown}")

    def _next_billing_date(self, given: Mapping[str, Any]) -> Date:
        anchor = given.get("anchor_date") or given["date"]
        calendar = BillingCalendar(Date.parse_iso(anchor), self._cadence(given), given.get("billing_day"))
        return calendar.date_on_or_after(Date.parse_iso(given["date"]))

    def _anchored(self, given: Mapping[str, Any], start: str) -> AdvanceBilling:
        return AdvanceBilling(self._calendar(given, "anchor_date"), Date.parse_iso(given[start]))

    def _trial(self, given: Mapping[str, Any]) -> Mapping[str, object]:
        calendar, start = self._calendar(given, "anchor_date"), Date.parse_iso(given["start"])
        billing = AdvanceBilling.after_trial(calendar, start, given["trial_days"])
        return {"free_until": billing.start, "prorated_days": billing.part_days, "full_from": billing.whole_from}

    def _leading(self, given: Mapping[str, Any]) -> Share:
        return self._calendar(given, "to").share_before_anchor(Date.parse_iso(given["from"]))

    def _trailing(self, given: Mapping[str, Any]) -> Share:
        return self._calendar(given, "from").share_after_anchor(Date.parse_iso(given["to"]))

    def _backdated(self, given: Mapping[str, Any]) -> Share:
        return self._calendar(given, "backdate_start").share(
            Date.parse_iso(given["backdate_start"]), Date.parse_iso(given["until"])
        )

    def _billed(self, given: Mapping[str, Any]) -> Share:
        if given.get("billing", "in_advance") != "in_advance":
            pytest.fail(f"unknown billing: {given['billing']}")
        start = Date.parse_iso(given["start"])
        calendar = BillingCalendar(start, self._cadence(given), given.get("billing_day"))
        end = None if given.get("end") is None else Date.parse_iso(given["end"])
        return AdvanceBilling(calendar, start, end).share_billed_by(Date.parse_iso(given["as_of"]))

    def _plan_change(self, given: Mapping[str, Any]) -> Mapping[str, object]:
        plan = self._planned(given, ProrationBehavior.PRORATE, CycleAnchor.UNCHANGED)
        return {**self._both(plan.proration), "cycle_reset": isinstance(plan, ChangeOnPayment)}

    def _plan_change_reset(self, given: Mapping[str, Any]) -> Mapping[str, object]:
        """Lay the cycle anew and credit nothing: what these cases mean by a reset."""
        plan = self._planned(given, ProrationBehavior.NONE, CycleAnchor.NOW)
        return {
            **self._both(plan.proration),
            "new_period_start": plan.period.start,
            "new_period_end": plan.period.end,
            "anchor_day": BillingCycle(plan.period.start, "UTC", plan.plan_change.terms.cadence).billing_day,
        }

    def _discounted_change(self, given: Mapping[str, Any]) -> Mapping[str, object]:
        discount = FixedDiscount(Money(given["discount"], DOLLAR))
        return self._both(
            self._left(given).change_plan(
                old=self._price(given["old"]),
                new=self._price(given["new"]),
                old_discount=discount,
                new_discount=discount,
            )
        )

    def _taxed_change(self, given: Mapping[str, Any]) -> Mapping[str, object]:
        change = self._left(given).change_plan(old=self._price(given["old"]), new=self._price(given["new"]))
        taxed = change.taxed(TaxRate(Fraction(given["tax"])))
        return {"net": taxed.net.amount, "tax": taxed.tax.amount, "total": taxed.total.amount}

    def _credit_by_time(self, given: Mapping[str, Any]) -> int:
        start, end, at = (
            Instant.from_timestamp(given[name], unit="second") for name in ("period_start", "period_end", "at")
        )
        return Proration.at(Period(start, end), at).credit(Money(given["amount"], DOLLAR)).amount

    def _credit_by_months(self, given: Mapping[str, Any]) -> int:
        left = Proration.by_months(months=given["months"], used=given["used"])
        return left.credit(Money(given["paid"], DOLLAR)).amount

    def _planned(self, given: Mapping[str, Any], behavior: ProrationBehavior, anchor: CycleAnchor) -> PlanChangePlan:
        """Start and pay for a subscription on the old terms, then ask what the change would do."""
        begun = Subscription.start(
            id=SubscriptionId(UUID(int=1)),
            customer_id=CustomerId(UUID(int=2)),
            terms=self._terms(given["old"]),
            zone=given.get("timezone", "UTC"),
            quantity=1,
            payment_method_id=None,
            metadata={},
            trial_days=0,
            current_period_end=None,
            now=Instant.parse_iso(given["period_start"]),
        ).subscription
        paid = begun.renewal_paid(begun.next_period()).subscription
        request = PlanChangeRequest(
            PlanChange(self._terms(given["new"])),
            old_name="old",
            new_name="new",
            behavior=behavior,
            cycle_anchor=anchor,
        )
        return PlanChangePlanner.plan(paid, request, now=self._at(given))

    def _terms(self, given: Mapping[str, Any]) -> Terms:
        return Terms(PlanId(UUID(int=given["amount"])), Money(given["amount"], DOLLAR), self._cadence(given))

    @staticmethod
    def _price(amount: int) -> Price:
        return Price(Money(amount, DOLLAR), Cadence(Interval.MONTH))

    @staticmethod
    def _left(given: Mapping[str, Any]) -> Proration:
        return Proration(Share(Fraction(given["remaining"])))

    @staticmethod
    def _both(change: ProratedChange) -> Mapping[str, object]:
        return {"credit": change.credit.amount, "charge": change.charge.amount}

    def _calendar(self, given: Mapping[str, Any], anchor: str) -> BillingCalendar:
        return BillingCalendar(Date.parse_iso(given[anchor]), self._cadence(given), given.get("anchor_day"))

    def _cycle(self, given: Mapping[str, Any], anchor: str) -> BillingCycle:
        return BillingCycle(Instant.parse_iso(given[anchor]), given.get("timezone", "UTC"), self._cadence(given))

    @staticmethod
    def _cadence(given: Mapping[str, Any]) -> Cadence:
        return Cadence(Interval(given.get("interval", "month")), given.get("interval_count", 1))

    @staticmethod
    def _at(given: Mapping[str, Any]) -> Instant:
        return Instant.parse_iso(given["at"])


class Case(Protocol):
    """A case as conftest.py reads it."""

    op: str
    input: Mapping[str, Any]
    expected: Mapping[str, Any]


class TestTheEngine:
    """The engine and the systems the cases come from."""

    def test_answers_as_they_do(self, case: Case) -> None:
        asked = len(case.expected.get("dates", ()))
        actual = EngineAdapter().answer(case.op, case.input, asked=asked)
        assert dict(actual) == {name: self._read(value) for name, value in case.expected.items()}

    def test_names_the_ops_it_has_no_answer_for_yet(
        self, not_yet: tuple[str, int], record_property: Callable[[str, object], None]
    ) -> None:
        op, count = not_yet
        record_property("not_yet", f"{op} ({count} cases)")
        with pytest.raises(pytest.fail.Exception, match=f"unknown op: {op}"):
            EngineAdapter().answer(op, {}, asked=0)

    @classmethod
    def _read(cls, value: object) -> object:
        match value:
            case list():
                return tuple(cls._read(item) for item in value)
            case str() if "T" in value:
                return Instant.parse_iso(value)
            case str() if "." in value:
                return Decimal(value)
            case str():
                return Date.parse_iso(value)
            case _:
                return value
