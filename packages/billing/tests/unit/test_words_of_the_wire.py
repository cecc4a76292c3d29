from duro.billing import ChargeOutcome, EventType, FailureCategory, SubscriptionStatus


class TestTheWordsOfTheWire:
    def test_name_seventeen_events(self):
        subscription = (
            "created activated updated plan_changed paused resumed past_due recovered unpaid expired cancelled"
        )
        payment = "success failed recovered refunded action_required"
        assert [str(event) for event in EventType] == [
            *(f"subscription_{word}" for word in subscription.split()),
            *(f"subscription_payment_{word}" for word in payment.split()),
            "invoice_created",
        ]

    def test_name_nine_statuses(self):
        words = "incomplete trialing active past_due paused unpaid canceled expired incomplete_expired"
        assert [str(status) for status in SubscriptionStatus] == words.split()

    def test_name_ten_reasons_why_a_charge_fails(self):
        words = (
            "insufficient_funds limit_exceeded expired_card card_not_supported do_not_honor hard_decline "
            "authentication_required processor_error mandate_not_ready unknown"
        )
        assert [str(category) for category in FailureCategory] == words.split()

    def test_name_two_outcomes(self):
        assert [str(outcome) for outcome in ChargeOutcome] == ["paid", "declined"]
