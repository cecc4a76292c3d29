"""What Duro relies on where a bank wants its customer's approval, in both skins of the simulated provider."""

import time
from itertools import count
from urllib.parse import urlsplit

import pytest

from duro.billing.recovery import Rail
from duro.kernel import Currency, Money
from duro.payments import (
    Approved,
    AwaitsApproval,
    ChargeFailed,
    ChargeRequest,
    ChargeSucceeded,
    Declined,
    Refunded,
    RefundRefused,
    RefundRequest,
    SimulatedCard,
)
from duro.payments.simulated import PayerAnswer, SimulatedFees

PRICE = Money(500_000, Currency("NGN"))
FEE = SimulatedFees.bundled().kept_of(PRICE, Rail.CARD)
NOT_THERE = Declined("1A", "Additional customer authentication required")
_NUMBERS = count(1)


def charge_of(card=SimulatedCard.APPROVAL, *, is_payer_present=True, reference=None, **changed):
    return ChargeRequest(
        reference=reference or f"ref-{time.time_ns()}-{next(_NUMBERS)}",
        amount=changed.get("amount", PRICE),
        token=card.token,
        customer_email="ada@example.com",
        description="March",
        is_payer_present=is_payer_present,
        return_url=None,
    )


@pytest.fixture(params=["in_process", "over_http"])
def rails(request, rails_in_process, rails_over_http):
    return {"in_process": rails_in_process, "over_http": rails_over_http}[request.param]


@pytest.fixture
async def held(rails):
    """A charge that waits for its payer."""
    request = charge_of()
    assert isinstance(await rails.charges.charge(request), AwaitsApproval)
    return request


class TestABankThatWantsItsCustomer:
    @pytest.mark.parametrize("card", [SimulatedCard.APPROVAL, SimulatedCard.APPROVAL_VERVE])
    async def test_says_no_without_them(self, rails, card):
        request = charge_of(card, is_payer_present=False)
        assert await rails.charges.charge(request) == NOT_THERE
        assert await rails.charges.lookup(request.reference) == NOT_THERE

    @pytest.mark.parametrize("card", [SimulatedCard.APPROVAL, SimulatedCard.APPROVAL_VERVE])
    async def test_holds_the_charge_if_they_are_there(self, rails, card):
        request = charge_of(card)
        answer = await rails.charges.charge(request)
        assert answer.reference == request.reference
        assert urlsplit(answer.url).path == f"/approvals/{request.reference}"
        assert await rails.charges.lookup(request.reference) == answer

    async def test_answers_its_reference_the_same_again_whoever_is_there_by_then(self, rails, held):
        first = await rails.charges.lookup(held.reference)
        again = charge_of(reference=held.reference, is_payer_present=False, amount=Money(7, PRICE.currency))
        assert await rails.charges.charge(held) == first
        assert await rails.charges.charge(again) == first

    async def test_takes_the_money_when_they_approve(self, rails, held):
        await rails.answer(held.reference, PayerAnswer.APPROVE)
        taken = Approved(held.reference, PRICE, FEE)
        assert await rails.charges.lookup(held.reference) == taken
        assert await rails.charges.charge(held) == taken
        [notice] = await rails.told(ChargeSucceeded, reference=held.reference)
        assert (notice.amount, notice.rail, notice.fee) == (PRICE, Rail.CARD, FEE)

    async def test_takes_nothing_when_they_refuse(self, rails, held):
        await rails.answer(held.reference, PayerAnswer.REFUSE)
        answer = await rails.charges.lookup(held.reference)
        assert (answer.code, await rails.charges.charge(held)) == ("1A", answer)
        [notice] = await rails.told(ChargeFailed, reference=held.reference)
        assert (notice.code, notice.message) == (answer.code, answer.message)

    async def test_takes_their_first_answer(self, rails, held):
        for answer in (PayerAnswer.REFUSE, PayerAnswer.APPROVE):
            await rails.answer(held.reference, answer)
        assert (await rails.charges.lookup(held.reference)).code == "1A"
        assert await rails.told(ChargeFailed, reference=held.reference)
        assert await rails.charges.refund(RefundRequest(f"{held.reference}-r", held.reference, PRICE)) == RefundRefused(
            "charge_not_found", "Nothing was taken under that charge reference."
        )

    async def test_gives_nothing_back_before_they_approved(self, rails, held):
        early = RefundRequest(f"{held.reference}-1", held.reference, PRICE)
        assert isinstance(await rails.charges.refund(early), RefundRefused)
        await rails.answer(held.reference, PayerAnswer.APPROVE)
        late = RefundRequest(f"{held.reference}-2", held.reference, PRICE)
        assert await rails.charges.refund(late) == Refunded(late.reference, PRICE)

    async def test_keeps_to_its_no_when_they_come_later(self, rails):
        request = charge_of(is_payer_present=False)
        await rails.charges.charge(request)
        assert await rails.charges.charge(charge_of(reference=request.reference)) == NOT_THERE

    async def test_asks_them_nothing_about_what_it_would_never_take(self, rails):
        assert (await rails.charges.charge(charge_of(amount=Money(0, PRICE.currency)))).code == "13"

    async def test_may_be_content_that_they_are_there(self, rails):
        card = SimulatedCard.APPROVAL_UNASKED
        assert await rails.charges.charge(charge_of(card, is_payer_present=False)) == NOT_THERE
        request = charge_of(card)
        assert await rails.charges.charge(request) == Approved(request.reference, PRICE, FEE)
