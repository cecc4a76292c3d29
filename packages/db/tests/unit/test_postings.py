from dataclasses import replace

import pytest

from duro.billing.recovery import Rail
from duro.db.dispute_rows import Dispute, DisputeId, DisputeStatus
from duro.db.push_rows import Allocation, IncomingPayment
from duro.db.records import JournalCause
from duro.kernel import AllocationId, ConflictError, Currency, IncomingPaymentId, Money

NGN = Currency("NGN")


class TestPostings:
    @pytest.fixture
    def desk(self, paper):
        """Postings, and an invoice, attempt and refund of 5,000 NGN."""
        subscription = paper.subscription(paper.plan(), paper.customer(), None)
        invoice = paper.invoice(subscription)
        attempt = paper.attempt(invoice, paper.method(paper.customer()))
        return paper.postings, invoice, attempt, paper.refund(attempt)

    def sides(self, journal):
        assert sum(entry.amount.amount for entry in journal.entries) == 0
        return {entry.account: entry.amount.amount for entry in journal.entries}

    def test_owe_what_is_invoiced(self, desk):
        postings, invoice, _, _ = desk
        journal = postings.invoice(invoice)
        assert self.sides(journal) == {"receivable": 500_000, "revenue": -500_000}
        assert (journal.cause_type, journal.cause_id) == (JournalCause.INVOICE, invoice.id.value)
        assert journal.currency == NGN

    def test_use_up_discount_and_credit(self, desk):
        postings, invoice, _, _ = desk
        reduced = replace(
            invoice, discount=Money(50_000, NGN), credit_applied=Money(150_000, NGN), total=Money(300_000, NGN)
        )
        expected = {"receivable": 300_000, "discount": 50_000, "customer_credit": 150_000, "revenue": -500_000}
        assert self.sides(postings.invoice(reduced)) == expected
        assert self.sides(postings.void(reduced)) == {account: -amount for account, amount in expected.items()}

    def test_write_nothing_for_an_invoice_of_nothing(self, desk):
        postings, invoice, _, _ = desk
        zero = Money.zero(NGN)
        assert postings.invoice(replace(invoice, subtotal=zero, total=zero)) is None
        assert postings.void(replace(invoice, subtotal=zero, total=zero)) is None

    def test_take_money_in(self, desk):
        postings, _, attempt, _ = desk
        assert self.sides(postings.payment(attempt)) == {"gateway:simulated": 500_000, "receivable": -500_000}

    @pytest.mark.parametrize(
        ("remaining", "receivable", "credit"),
        [(500_000, -500_000, None), (600_000, -500_000, None), (200_000, -200_000, -300_000), (0, None, -500_000)],
    )
    def test_keep_what_is_over_for_the_customer(self, desk, remaining, receivable, credit):
        postings, _, attempt, _ = desk
        sides = self.sides(postings.payment(attempt, remaining=Money(remaining, NGN)))
        assert (sides.get("receivable"), sides.get("customer_credit")) == (receivable, credit)

    @pytest.mark.parametrize(
        ("paid", "credited", "sides"),
        [
            (500_000, 0, {"receivable": -500_000}),
            (300_000, 200_000, {"receivable": -300_000, "customer_credit": -200_000}),
            (0, 400_000, {"customer_credit": -400_000, "unallocated": -100_000}),
            (0, 0, {"unallocated": -500_000}),
        ],
    )
    def test_take_in_pushed_money_for_what_it_paid(self, paper, desk, paid, credited, sides):
        postings, invoice, _, _ = desk
        came = IncomingPayment(
            id=paper.ids.new(IncomingPaymentId),
            provider="simulated",
            reference="sim_1",
            rail=Rail.TRANSFER,
            amount=invoice.total,
            received_at=paper.clock.now(),
            created_at=paper.clock.now(),
        )
        parts = [
            Allocation(
                id=paper.ids.new(AllocationId),
                incoming_payment_id=came.id,
                pays=pays,
                amount=Money(amount, NGN),
                created_at=paper.clock.now(),
            )
            for pays, amount in ((invoice.id, paid), (invoice.subscription_id, credited))
            if amount
        ]
        journal = postings.incoming_payment(came, parts)
        assert self.sides(journal) == {"gateway:simulated": 500_000, **sides}
        assert (journal.cause_type, journal.cause_id) == (JournalCause.INCOMING_PAYMENT, came.id.value)

    def test_refuse_to_void_what_was_partly_paid(self, desk):
        postings, invoice, _, _ = desk
        with pytest.raises(ConflictError) as raised:
            postings.void(replace(invoice, amount_paid=Money(1, NGN)))
        assert raised.value.code == "invoice_partly_paid"

    def test_give_money_back_in_two_steps(self, desk):
        postings, _, _, refund = desk
        assert self.sides(postings.refund_claimed(refund)) == {"refunds": 500_000, "refund_payable": -500_000}
        done = postings.refund_done(refund, provider="simulated")
        assert self.sides(done) == {"refund_payable": 500_000, "gateway:simulated": -500_000}
        assert self.sides(postings.refund_failed(refund)) == {"refund_payable": 500_000, "refunds": -500_000}
        assert done.cause_type == JournalCause.REFUND_DONE

    def test_lose_what_is_disputed_until_that_is_won(self, desk, paper):
        postings, _, attempt, _ = desk
        dispute = Dispute(
            id=paper.ids.new(DisputeId),
            attempt_id=attempt.id,
            provider="simulated",
            provider_reference="dsp-1",
            amount=attempt.amount,
            reason=None,
            status=DisputeStatus.OPEN,
            opened_at=paper.clock.now(),
        )
        lost, won = postings.dispute(dispute), postings.dispute_won(dispute)
        assert self.sides(lost) == {"dispute": 500_000, "gateway:simulated": -500_000}
        assert self.sides(won) == {"dispute": -500_000, "gateway:simulated": 500_000}
        assert (lost.cause_type, won.cause_type) == (JournalCause.DISPUTE, JournalCause.DISPUTE_WON)
        assert lost.cause_id == won.cause_id == dispute.id.value

    def test_refuse_a_journal_of_nothing(self, desk):
        postings, _, _, refund = desk
        with pytest.raises(ValueError, match="nothing"):
            postings.refund_claimed(replace(refund, amount=Money.zero(NGN)))
