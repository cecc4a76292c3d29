"""What is asked of a card before it is saved."""

import pytest

from duro.db import PageRequest
from duro.kernel import DomainError
from duro.merchant_api.billing import GatewayRegistry
from duro.merchant_api.payment_methods import AttachPaymentMethod, AttachPaymentMethodCommand, CardKeys
from duro.payments import CardDetails


@pytest.fixture
def attach(loop, gateway, ids, clock) -> AttachPaymentMethod:
    gateways = GatewayRegistry(loop.contexts.mode, [gateway], is_development=True)
    return AttachPaymentMethod(loop.contexts, gateways, ids, clock, keys=CardKeys(b"a key"))


def card(*, year: int, month: int) -> CardDetails:
    return CardDetails(number="4242424242424242", exp_month=month, exp_year=year, cvc="123")


class TestACard:
    async def test_that_has_expired_is_refused_and_not_saved(self, loop, attach, clock):
        customer, today = await loop.merchant.customer(), clock.now().to_fixed_offset().date()
        expired = card(year=today.year - 1, month=today.month)

        with pytest.raises(DomainError) as refusal:
            await attach.execute(
                loop.merchant.tenant.id, AttachPaymentMethodCommand(customer_id=customer.id, card=expired)
            )

        assert refusal.value.code == "card_refused"
        assert "expired_card" in refusal.value.message
        async with loop.contexts.open(loop.merchant.tenant.id) as repos:
            assert (await repos.payment_methods.list(PageRequest(), customer_id=customer.id)).items == ()

    async def test_is_good_to_the_end_of_its_last_month(self, loop, attach, clock):
        customer, today = await loop.merchant.customer(), clock.now().to_fixed_offset().date()
        command = AttachPaymentMethodCommand(customer_id=customer.id, card=card(year=today.year, month=today.month))

        assert (await attach.execute(loop.merchant.tenant.id, command)).exp_month == today.month
