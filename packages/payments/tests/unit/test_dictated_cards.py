import pytest
from whenever import TimeDelta

from duro.crypto import SystemClock
from duro.kernel import Currency, Money
from duro.payments import Approved, ChargeRequest, Declined, SimulatedCard, SimulatedGateway
from duro.payments.simulated import FaultPlan, InMemoryIssuerLedger, SimulatedProvider

EMPTY = Declined("51", "Insufficient funds")
STOP = Declined("79", "Life cycle", "03")
NAIRA = Money(500_000, Currency("NGN"))
FEE = Money(17_500, Currency("NGN"))
TOLD = SimulatedCard.AS_TOLD


def charge_of(reference, card=TOLD):
    return ChargeRequest(reference, NAIRA, card.token, "ada@example.com", "March")


@pytest.fixture
def provider():
    return SimulatedProvider.over(InMemoryIssuerLedger(), clock=SystemClock())


@pytest.fixture
def answers_of(provider):
    """Present references one after another and return what the card answered."""
    gateway = SimulatedGateway(provider.issuer)

    async def ask(*references, card=TOLD):
        return [await gateway.charge(charge_of(reference, card)) for reference in references]

    return ask


class TestACardThatIsToldWhatToAnswer:
    async def test_approves_where_nothing_was_told(self, answers_of):
        assert await answers_of("a") == [Approved("a", NAIRA, FEE)]

    async def test_answers_each_reference_in_order_and_approves_past_the_last(self, provider, answers_of):
        await provider.cards.tell(TOLD.token, [EMPTY, None, STOP])
        assert await answers_of("a", "b", "c", "d") == [
            EMPTY,
            Approved("b", NAIRA, FEE),
            STOP,
            Approved("d", NAIRA, FEE),
        ]

    async def test_gives_a_reference_one_answer_however_often_it_is_presented(self, provider, answers_of):
        await provider.cards.tell(TOLD.token, [EMPTY, STOP])
        assert await answers_of("a", "a", "a", "b", "a") == [EMPTY, EMPTY, EMPTY, STOP, EMPTY]

    async def test_keeps_the_answer_of_a_reference_that_was_lost_on_its_first_way(self):
        lost = FaultPlan(timeout_before_rate=1)
        provider = SimulatedProvider.over(
            InMemoryIssuerLedger(), clock=SystemClock(), faults=lost, slow=TimeDelta(milliseconds=1)
        )
        gateway = SimulatedGateway(provider.issuer)
        await provider.cards.tell(TOLD.token, [EMPTY, STOP])
        await gateway.charge(charge_of("a"))
        await gateway.charge(charge_of("b"))
        assert [await gateway.charge(charge_of(name)) for name in ("b", "a")] == [STOP, EMPTY]

    async def test_forgets_what_nobody_was_given_yet_when_it_is_told_anew(self, provider, answers_of):
        assert (await provider.cards.tell(TOLD.token, [EMPTY, EMPTY, EMPTY])).waiting == 3
        assert await answers_of("a") == [EMPTY]
        assert (await provider.cards.tell(TOLD.token, [STOP])).waiting == 1
        assert await answers_of("b", "c", "a") == [STOP, Approved("c", NAIRA, FEE), EMPTY]
        await provider.cards.tell(TOLD.token, [])
        assert await answers_of("d") == [Approved("d", NAIRA, FEE)]

    async def test_keeps_its_answers_to_itself(self, provider, answers_of):
        await provider.cards.tell(TOLD.token, [EMPTY])
        assert await answers_of("a", card=SimulatedCard.AS_TOLD_MASTERCARD) == [Approved("a", NAIRA, FEE)]
        assert await answers_of("b", card=SimulatedCard.APPROVE) == [Approved("b", NAIRA, FEE)]
        assert await answers_of("c") == [EMPTY]


class TestOtherCards:
    @pytest.mark.parametrize("token", [SimulatedCard.APPROVE.token, "tok_nobody"])
    async def test_are_not_told_anything(self, provider, token):
        with pytest.raises(ValueError, match="as told"):
            await provider.cards.tell(token, [EMPTY])


class TestADictationWithoutEnd:
    async def test_is_refused(self, provider):
        with pytest.raises(ValueError, match="at most"):
            await provider.cards.tell(TOLD.token, [EMPTY] * 1_001)
