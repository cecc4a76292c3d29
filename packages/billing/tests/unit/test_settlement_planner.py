import pytest
from whenever import Instant

from duro.billing import (
    Advance,
    ChargeOutcome,
    EventType,
    KeepIncomplete,
    OpenRecovery,
    PaidWithoutAdvance,
    SettlementPlanner,
    SubscriptionStatus,
    VoidInvoice,
)
from duro.kernel import ConflictError, Period

MARCH = Period(Instant.from_utc(2025, 2, 28, 9), Instant.from_utc(2025, 3, 28, 9))
ENDED = [SubscriptionStatus.CANCELED, SubscriptionStatus.EXPIRED, SubscriptionStatus.INCOMPLETE_EXPIRED]


class TestTheSettlementPlanner:
    @pytest.mark.parametrize("status", sorted(set(SubscriptionStatus) - {*ENDED, SubscriptionStatus.PAUSED}))
    def test_moves_what_is_paid(self, subscription, status):
        settled = SettlementPlanner.plan(subscription(status), MARCH, ChargeOutcome.PAID)
        assert settled == Advance(subscription(status).renewal_paid(MARCH))

    @pytest.mark.parametrize("status", ENDED)
    def test_sends_back_what_was_paid_after_the_end(self, subscription, status):
        assert SettlementPlanner.plan(subscription(status), MARCH, ChargeOutcome.PAID) == PaidWithoutAdvance()

    @pytest.mark.parametrize("status", ENDED)
    def test_forgets_what_was_declined_after_the_end(self, subscription, status):
        assert SettlementPlanner.plan(subscription(status), MARCH, ChargeOutcome.DECLINED) == VoidInvoice()

    @pytest.mark.parametrize(
        "status",
        [
            SubscriptionStatus.ACTIVE,
            SubscriptionStatus.TRIALING,
            SubscriptionStatus.PAST_DUE,
            SubscriptionStatus.UNPAID,
        ],
    )
    def test_hands_a_decline_to_recovery(self, subscription, status):
        settled = SettlementPlanner.plan(subscription(status), MARCH, ChargeOutcome.DECLINED)
        assert settled == OpenRecovery(subscription(status).renewal_failed())

    def test_opens_no_recovery_for_a_first_payment(self, start):
        fresh = start().subscription
        settled = SettlementPlanner.plan(fresh, MARCH, ChargeOutcome.DECLINED)
        assert settled == KeepIncomplete(fresh.renewal_failed())

    @pytest.mark.parametrize("outcome", list(ChargeOutcome))
    def test_refuses_to_settle_a_subscription_at_rest(self, subscription, outcome):
        with pytest.raises(ConflictError):
            SettlementPlanner.plan(subscription(SubscriptionStatus.PAUSED), MARCH, outcome)


class TestAProration:
    def test_that_is_paid_is_told_of_and_moves_nothing(self, subscription):
        settled = SettlementPlanner.proration(subscription(), ChargeOutcome.PAID)
        assert settled == Advance(subscription().told(EventType.SUBSCRIPTION_PAYMENT_SUCCESS))

    def test_that_is_paid_after_all_is_recovered(self, subscription):
        settled = SettlementPlanner.proration(subscription(), ChargeOutcome.PAID, is_recovered=True)
        paid = EventType.SUBSCRIPTION_PAYMENT_SUCCESS, EventType.SUBSCRIPTION_PAYMENT_RECOVERED
        assert settled == Advance(subscription().told(*paid))

    def test_that_is_declined_opens_a_case_and_moves_nothing(self, subscription):
        settled = SettlementPlanner.proration(subscription(), ChargeOutcome.DECLINED)
        assert settled == OpenRecovery(subscription().told(EventType.SUBSCRIPTION_PAYMENT_FAILED))

    def test_goes_back_after_the_end(self, subscription):
        ended = subscription(SubscriptionStatus.CANCELED)
        assert SettlementPlanner.proration(ended, ChargeOutcome.PAID) == PaidWithoutAdvance()
        assert SettlementPlanner.proration(ended, ChargeOutcome.DECLINED) == VoidInvoice()
