from dataclasses import replace
from uuid import UUID

import pytest
from whenever import Instant, TimeDelta

from duro.cli.replay.merchant_past import MerchantPast
from duro.db.charge_history import PastCharge
from duro.kernel import Currency, CustomerId, InvoiceId, Money
from duro.payments import FailureCodes
from duro.simulator.answer import Answer, Network, Sighting
from duro.simulator.timeline import Timeline

_NOW = Instant.from_utc(2026, 6, 1, 9)
_DAY = TimeDelta(hours=24)


def _charge(code: str | None = "51", *, invoice: int = 1, customer: int = 1, after: int = 0, **changes) -> PastCharge:
    charge = PastCharge(
        invoice_id=InvoiceId(UUID(int=invoice)),
        customer_id=CustomerId(UUID(int=customer)),
        provider="simulated",
        rail="card",
        is_paid=code is None,
        amount=Money(5_000_00, Currency("NGN")),
        failure_code=code,
        brand="visa",
        charged_at=_NOW + after * _DAY,
        card_added_at=_NOW - 30 * _DAY,
        invoice_paid_at=None,
    )
    return replace(charge, **changes)


def _pasts(*charges: PastCharge):
    return MerchantPast(charges, FailureCodes.bundled()).by_currency()


class TestMerchantPast:
    def test_makes_a_case_of_an_invoice_whose_first_charge_failed(self):
        (past,) = _pasts(_charge(), _charge("91", after=2), _charge(None, after=4))
        (case,) = past.cases
        at = Timeline.slot_of(_NOW)
        tries = [(one.at, one.answer) for one in case.tries]
        assert tries == [
            (at, Answer.INSUFFICIENT_FUNDS),
            (at + 2 * Timeline.DAY, Answer.PROCESSOR_ERROR),
            (at + 4 * Timeline.DAY, Answer.APPROVED),
        ]
        assert (case.amount, case.network, case.paid_at) == (5_000_00, Network.VISA, None)
        assert {one.card_added_at for one in case.tries} == {at - 30 * Timeline.DAY}

    def test_makes_none_of_an_invoice_that_was_paid_at_once_but_keeps_what_was_seen(self):
        (past,) = _pasts(_charge(None, invoice=2, after=-30), _charge())
        assert len(past.cases) == 1
        assert [(one.what, one.reference) for one in past.seen[past.cases[0].payer]] == [
            (Sighting.MONEY, str(InvoiceId(UUID(int=2)))),
            (Sighting.EMPTY, str(InvoiceId(UUID(int=1)))),
        ]

    def test_tells_another_card_from_one_that_is_on_record_only_since_later(self):
        later = _NOW + 90 * _DAY
        (past,) = _pasts(
            _charge("54", card_added_at=later),
            _charge("54", after=2, card_added_at=later),
            _charge(None, after=6, card_added_at=_NOW + 5 * _DAY),
        )
        at = Timeline.slot_of(_NOW)
        assert [one.card_added_at for one in past.cases[0].tries] == [at, at, at + 5 * Timeline.DAY]

    def test_knows_payers_apart(self):
        (past,) = _pasts(_charge(), _charge(invoice=2, customer=2), _charge(invoice=3))
        one, other, again = past.cases
        assert one.payer == again.payer != other.payer

    def test_notes_who_paid_without_a_charge(self):
        (past,) = _pasts(_charge(invoice_paid_at=_NOW + 3 * _DAY))
        assert past.cases[0].paid_at == Timeline.slot_of(_NOW + 3 * _DAY)

    @pytest.mark.parametrize(("code", "answer"), [("41", Answer.HARD_DECLINE), ("54", Answer.EXPIRED_CARD)])
    def test_reads_codes_by_the_table_of_their_provider(self, code, answer):
        (past,) = _pasts(_charge(code))
        assert past.cases[0].tries[0].answer is answer

    def test_takes_a_code_that_it_does_not_know_for_a_generic_decline(self):
        (past,) = _pasts(_charge("no such code"))
        assert past.cases[0].tries[0].answer is Answer.DO_NOT_HONOR

    def test_leaves_out_what_was_not_asked_of_a_card(self):
        assert _pasts(_charge(rail="transfer")) == ()

    def test_keeps_currencies_apart_the_one_with_most_failures_first(self):
        dollars = Money(10_00, Currency("USD"))
        pasts = _pasts(_charge(amount=dollars), _charge(invoice=2), _charge(invoice=3))
        assert [(past.currency, len(past.cases)) for past in pasts] == [("NGN", 2), ("USD", 1)]

    def test_finds_nothing_where_nothing_failed(self):
        assert _pasts(_charge(None)) == ()
