"""What is known of a card, from rows that were read already."""

from types import SimpleNamespace

import pytest
from whenever import Instant, TimeDelta

from duro.db.records import AttemptStatus, Initiator, PaymentAttempt
from duro.db.recovery import CardHistory
from duro.kernel import Currency, InvoiceId, Money, PaymentAttemptId, PaymentMethodId, SubscriptionId
from duro.merchant_api.billing.card_records import CardRecords
from duro.merchant_api.billing.card_verdicts import CardVerdicts
from duro.testkit.builders import CustomerBuilder, PaymentMethodBuilder

NOW = Instant.from_utc(2026, 4, 15, 9)
HOUR = TimeDelta(hours=1)
OWED = Money(500_000, Currency("NGN"))


class TestTheUsageOfACard:
    """Attempts are hours before now, and what came of each."""

    @pytest.fixture
    def card(self, ids):
        method = PaymentMethodBuilder(fingerprint_key=b"c" * 32)
        customer = SimpleNamespace(id=CustomerBuilder().build(ids, NOW).id)
        return SimpleNamespace(ids=ids, method=method.build(customer, ids, NOW), copy=method.build(customer, ids, NOW))

    def attempt(self, card, hours, code, method, *, advice=None, status=AttemptStatus.FAILED, amount=OWED):
        at = NOW - hours * HOUR
        return PaymentAttempt(
            id=card.ids.new(PaymentAttemptId),
            invoice_id=card.ids.new(InvoiceId),
            subscription_id=card.ids.new(SubscriptionId),
            payment_method_id=method.id,
            provider="simulated",
            rail="card",
            status=status,
            amount=amount,
            reason="",
            failure_code=code,
            failure_message=None,
            advice_code=advice,
            claimed_until=at,
            created_at=at,
            settled_at=None if status is AttemptStatus.PENDING else at,
            initiator=Initiator.SCHEDULE,
        )

    def usage(self, card, attempts, tries=()):
        cards = {card.method.id: card.method.card_key, card.copy.id: card.copy.card_key}
        cards |= {one.payment_method_id: b"x" * 32 for one in attempts if one.payment_method_id not in cards}
        history = CardHistory(tuple(sorted(attempts, key=lambda one: one.created_at)), cards)
        records = CardRecords(CardVerdicts.published(), history, {card.method.card_key: tries})
        return records.usage(card.method, owed=OWED)

    def ago(self, *hours):
        return tuple(NOW - each * HOUR for each in hours)

    def test_counts_declines_wherever_it_is_saved_and_none_of_another_card(self, card):
        other = SimpleNamespace(id=card.ids.new(PaymentMethodId))
        attempts = [self.attempt(card, 9, "51", card.copy), self.attempt(card, 5, "51", card.method)]
        usage = self.usage(card, [*attempts, self.attempt(card, 7, "51", other)])
        assert usage.merchant == usage.automatic == usage.streak == self.ago(9, 5)

    def test_counts_for_a_network_what_no_bank_has_judged_but_not_what_was_never_sent(self, card):
        attempts = [self.attempt(card, 9, "91", card.method), self.attempt(card, 5, "not_presented", card.method)]
        usage = self.usage(card, attempts)
        assert (usage.merchant, usage.automatic) == (self.ago(9), ())

    def test_counts_what_is_not_answered_yet_as_if_it_were_declined(self, card):
        waiting = self.attempt(card, 1, None, card.copy, status=AttemptStatus.PENDING)
        other_amount = self.attempt(card, 2, "51", card.method, amount=Money(100, OWED.currency))
        usage = self.usage(card, [waiting, other_amount])
        assert usage.merchant == self.ago(2, 1)
        assert usage.merchant_amount == self.ago(1)

    def test_ends_a_streak_with_a_success(self, card):
        won = self.attempt(card, 20, None, card.copy, status=AttemptStatus.SUCCEEDED)
        attempts = [self.attempt(card, hours, "51", card.method) for hours in (40, 30, 10)]
        assert self.usage(card, [*attempts, won], tries=self.ago(25, 15)).streak == self.ago(15, 10)
        assert self.usage(card, attempts, tries=self.ago(25)).streak == self.ago(40, 30, 25, 10)

    def test_waits_as_long_as_any_advice_asked_for(self, card):
        attempts = [self.attempt(card, 5, "51", card.copy, advice="25"), self.attempt(card, 1, "51", card.method)]
        assert self.usage(card, attempts).waits_until == NOW + 19 * HOUR
        assert self.usage(card, attempts[1:]).waits_until is None

    def test_is_barred_by_what_was_said_of_any_copy_but_by_its_payer_of_that_one_alone(self, card):
        assert self.usage(card, [self.attempt(card, 5, "05", card.copy, advice="03")]).is_barred
        assert not self.usage(card, [self.attempt(card, 5, "R1", card.copy)]).is_barred
        assert self.usage(card, [self.attempt(card, 5, "R1", card.method)]).is_barred
