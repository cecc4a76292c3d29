import pytest
from whenever import Instant, TimeDelta

from duro.billing.recovery import (
    AdviceEffect,
    AllowedFrom,
    BudgetRule,
    BudgetScope,
    CardUsage,
    Network,
    NetworkBudget,
    NeverAllowed,
    PublishedBudget,
)

NOW = Instant.from_utc(2026, 4, 15, 10)
DAY = TimeDelta(hours=24)
BUDGET = PublishedBudget().budget()


def ago(*hours: float) -> tuple[Instant, ...]:
    return tuple(NOW - TimeDelta(hours=each) for each in sorted(hours, reverse=True))


def allowed_in(usage: CardUsage, *, is_first: bool = False) -> float:
    allowance = BUDGET.allow(usage, at=NOW, is_first=is_first)
    assert isinstance(allowance, AllowedFrom)
    assert (allowance.rule is None) == (allowance.at == NOW)
    return (allowance.at - NOW).total("hours")


class TestOurOwnBudget:
    def test_allows_an_unused_card_at_once(self):
        assert BUDGET.allow(CardUsage(), at=NOW) == AllowedFrom(NOW)

    @pytest.mark.parametrize(("hours", "wait"), [(0, 24), (23, 1), (24, 0), (25, 0)])
    def test_allows_one_try_in_24_hours(self, hours, wait):
        assert allowed_in(CardUsage(automatic=ago(hours))) == wait

    def test_allows_ten_tries_in_30_days(self):
        used = ago(*range(48, 48 * 11, 48))
        assert allowed_in(CardUsage(automatic=used[1:])) == 0
        assert allowed_in(CardUsage(automatic=used)) == 720 - 480

    def test_does_not_hold_a_first_presentment(self):
        assert allowed_in(CardUsage(automatic=ago(1)), is_first=True) == 0

    def test_does_not_count_what_the_payer_tried(self):
        assert allowed_in(CardUsage(Network.VISA, merchant=ago(1), merchant_amount=ago(1))) == 0


class TestTheNetworksCeilings:
    @pytest.mark.parametrize("is_first", [True, False])
    def test_stop_visa_at_15_of_an_amount_in_30_days(self, is_first):
        used = ago(*range(30, 30 * 16, 30))
        assert allowed_in(CardUsage(Network.VISA, merchant_amount=used), is_first=is_first) == 720 - 450
        assert allowed_in(CardUsage(Network.VISA, merchant_amount=used[1:]), is_first=is_first) == 0
        assert allowed_in(CardUsage(Network.VISA, merchant=used), is_first=is_first) == 0

    @pytest.mark.parametrize("is_first", [True, False])
    def test_stop_mastercard_at_10_in_a_day_and_35_of_an_amount_in_30_days(self, is_first):
        assert allowed_in(CardUsage(Network.MASTERCARD, merchant=ago(*range(1, 11))), is_first=is_first) == 14
        assert allowed_in(CardUsage(Network.MASTERCARD, merchant=ago(*range(1, 10))), is_first=is_first) == 0
        month = CardUsage(Network.MASTERCARD, merchant_amount=ago(*range(20, 20 * 36, 20)))
        assert allowed_in(month, is_first=is_first) == 720 - 700

    @pytest.mark.parametrize("network", [Network.VERVE, Network.OTHER])
    def test_are_a_safe_default_where_nothing_is_public(self, network):
        assert allowed_in(CardUsage(network, merchant=ago(*range(1, 11)))) == 14
        assert allowed_in(CardUsage(network, merchant=ago(*range(30, 30 * 16, 30)))) == 720 - 450

    def test_leave_mandates_to_our_own_rule(self):
        assert allowed_in(CardUsage(Network.NIBSS, merchant=ago(*range(1, 30)))) == 0
        assert allowed_in(CardUsage(Network.NIBSS, automatic=ago(1))) == 23

    def test_hold_from_their_date_on(self):
        before = Instant.from_utc(2025, 4, 30)
        used = CardUsage(Network.VISA, merchant_amount=tuple(before - TimeDelta(hours=n) for n in range(15, 0, -1)))
        assert BUDGET.allow(used, at=before) == AllowedFrom(before)
        since = Instant.from_utc(2025, 5, 1)
        assert BUDGET.allow(used, at=since) == AllowedFrom(used.merchant_amount[0] + 30 * DAY, BUDGET.rules[2])

    def test_name_the_rule_that_put_a_try_off(self):
        usage = CardUsage(Network.VERVE, automatic=ago(1), merchant=ago(*range(1, 11)))
        allowance = BUDGET.allow(usage, at=NOW)
        assert isinstance(allowance, AllowedFrom)
        assert allowance.rule.scope is BudgetScope.AUTOMATIC
        assert allowance.rule.source


class TestAGatewaysThrottle:
    def test_allows_one_try_in_24_hours_after_ten_failures_in_a_row(self):
        assert allowed_in(CardUsage(provider="paystack", streak=ago(*range(2, 12)))) == 22
        assert allowed_in(CardUsage(provider="paystack", streak=ago(*range(2, 11)))) == 0

    def test_is_that_gateways_own(self):
        assert allowed_in(CardUsage(provider="simulated", streak=ago(*range(2, 12)))) == 0


class TestNeverAgain:
    @pytest.mark.parametrize("is_first", [True, False])
    def test_holds_first_presentments_too(self, is_first):
        assert BUDGET.allow(CardUsage(is_barred=True), at=NOW, is_first=is_first) == NeverAllowed()


class TestABudgetRule:
    def test_ends_when_it_is_replaced(self):
        rule = BudgetRule("one", BudgetScope.AUTOMATIC, 1, DAY, NOW - DAY, "test", until=NOW)
        budget = NetworkBudget((rule,), {}, TimeDelta(hours=2))
        usage = CardUsage(automatic=ago(3))
        assert budget.earliest(usage, at=NOW - TimeDelta(hours=1)).at == NOW + TimeDelta(hours=21)
        assert budget.earliest(usage, at=NOW).at == NOW

    @pytest.mark.parametrize("wrong", [{"most": 0}, {"after": -1}, {"within": TimeDelta.ZERO}])
    def test_allows_something_within_some_time(self, wrong):
        values = {"words": "x", "scope": BudgetScope.STREAK, "most": 1, "within": DAY, "since": NOW, "source": ""}
        with pytest.raises(ValueError, match="at least one"):
            BudgetRule(**(values | wrong))


class TestAdvice:
    @pytest.mark.parametrize(
        ("code", "hours"),
        [("02", 72), ("24", 1), ("25", 24), ("26", 48), ("27", 96), ("28", 144), ("29", 192), ("30", 240)],
    )
    def test_says_how_long_to_wait(self, code, hours):
        rule = BUDGET.advised(code, at=NOW)
        assert (rule.effect, rule.wait) == (AdviceEffect.WAIT, TimeDelta(hours=hours))

    @pytest.mark.parametrize(
        ("code", "effect"),
        [
            *((code, AdviceEffect.NEVER_AGAIN) for code in ("03", "42", "99")),
            ("21", AdviceEffect.REVOKED),
            *((code, AdviceEffect.NEW_CARD) for code in ("01", "40", "41")),
        ],
    )
    def test_says_what_to_stop(self, code, effect):
        assert BUDGET.advised(code, at=NOW).effect is effect

    @pytest.mark.parametrize("code", [None, "", "04", "22", "43", "77"])
    def test_says_nothing_otherwise(self, code):
        assert BUDGET.advised(code, at=NOW) is None

    def test_holds_from_its_date_on(self):
        assert BUDGET.advised("02", at=Instant.from_utc(2024, 12, 31)) is None
        assert BUDGET.advised("02", at=Instant.from_utc(2025, 1, 1)) is not None


class TestNetwork:
    @pytest.mark.parametrize(
        ("brand", "network"),
        [
            ("Visa", Network.VISA),
            ("visa ", Network.VISA),
            ("Master Card", Network.MASTERCARD),
            ("mastercard debit", Network.MASTERCARD),
            ("VERVE", Network.VERVE),
            ("american express", Network.OTHER),
            ("", Network.OTHER),
        ],
    )
    def test_is_known_by_the_brand(self, brand, network):
        assert Network.of_brand(brand) is network
