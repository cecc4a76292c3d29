"""The contract of every charge gateway, and each gateway put to it."""

import asyncio
import time
from itertools import count

import httpx
import pytest
from whenever import TimeDelta

from duro.billing.recovery import Rail
from duro.kernel import Currency, Money
from duro.payments import (
    Approved,
    CardDetails,
    CardRefused,
    ChargeRequest,
    Declined,
    HttpSimulatedGateway,
    InMemoryIssuerLedger,
    NotFound,
    Refunded,
    RefundRefused,
    RefundRequest,
    SimulatedCard,
    SimulatedGateway,
    SimulatedIssuer,
    Tokenized,
    Unknown,
)
from duro.payments.simulated import SimulatedFees

NGN = Currency("NGN")
USD = Currency("USD")
_NUMBERS = count(1)


def reference():
    return f"ref-{time.time_ns()}-{next(_NUMBERS)}"


def charge_of(card, *, amount=500_000, currency=NGN, ref=None):
    return ChargeRequest(
        reference=ref or reference(),
        amount=Money(amount, currency),
        token=card if isinstance(card, str) else card.token,
        customer_email="ada@example.com",
        description="March",
    )


def taken(ref, amount):
    """What says that it was taken, at the card's price."""
    return Approved(ref, amount, SimulatedFees.bundled().kept_of(amount, Rail.CARD))


def refund_of(charge, amount, *, currency=NGN, ref=None):
    return RefundRequest(reference=ref or reference(), charge_reference=charge, amount=Money(amount, currency))


async def until_found(gateway, ref):
    deadline = time.monotonic() + 20
    while isinstance(found := await gateway.lookup(ref), NotFound):
        assert time.monotonic() < deadline
        await asyncio.sleep(0)
    return found


class InProcess:
    """The simulated provider in this process."""

    def __init__(self) -> None:
        self._ledger = InMemoryIssuerLedger()
        self._issuer = SimulatedIssuer(self._ledger, slow=TimeDelta(seconds=1))
        self.gateway = SimulatedGateway(self._issuer)
        self.hasty_gateway = SimulatedGateway(self._issuer, timeout=TimeDelta(milliseconds=500))

    async def entry(self, ref):
        entry = await self._ledger.charge(ref)
        return (entry.takings, entry.amount_refunded.amount) if entry else (0, 0)

    async def close(self):
        await self.gateway.close()
        await self.hasty_gateway.close()


class OverHttp:
    """The simulated provider behind its server."""

    def __init__(self, url) -> None:
        self._url = url
        self.gateway = HttpSimulatedGateway(base_url=url, timeout_seconds=10)
        self.hasty_gateway = HttpSimulatedGateway(base_url=url, timeout_seconds=0.5)

    async def entry(self, ref):
        async with httpx.AsyncClient(base_url=self._url, trust_env=False) as client:
            lines = (await client.get("/ledger")).text.splitlines()
        for line in lines:
            row = httpx.Response(200, text=line).json()
            if row["kind"] == "charge" and row["reference"] == ref:
                return row["takings"], row["amountRefunded"]
        return 0, 0

    async def close(self):
        await self.gateway.close()
        await self.hasty_gateway.close()


class ChargeGatewayContract:
    """What Duro relies on, whoever the provider is. A subclass provides `provider` (its gateway, a hasty one whose
    patience ends before a slow card answers, and `entry(reference)`: takings and the amount given back).
    """

    async def takings(self, provider, ref):
        return (await provider.entry(ref))[0]

    async def given_back(self, provider, ref):
        return (await provider.entry(ref))[1]

    @pytest.mark.parametrize(
        "card", [SimulatedCard.APPROVE, SimulatedCard.APPROVE_MASTERCARD, SimulatedCard.APPROVE_VERVE]
    )
    async def test_takes_what_was_asked_once(self, provider, card):
        request = charge_of(card, amount=123_456)
        assert await provider.gateway.charge(request) == taken(request.reference, Money(123_456, NGN))
        assert await self.takings(provider, request.reference) == 1

    @pytest.mark.parametrize(
        ("card", "code"),
        [
            (SimulatedCard.INSUFFICIENT_FUNDS, "51"),
            (SimulatedCard.INSUFFICIENT_FUNDS_VERVE, "51"),
            (SimulatedCard.EXPIRED_CARD, "54"),
            (SimulatedCard.DO_NOT_HONOR, "05"),
            (SimulatedCard.DO_NOT_HONOR_VERVE, "05"),
            ("tok_sim_visa_nobody_knows", "14"),
        ],
    )
    async def test_says_why_a_bank_refused_and_takes_nothing(self, provider, card, code):
        request = charge_of(card)
        declined = await provider.gateway.charge(request)
        assert isinstance(declined, Declined)
        assert declined.code == code
        assert await provider.gateway.lookup(request.reference) == declined
        assert await self.takings(provider, request.reference) == 0

    @pytest.mark.parametrize("amount", [0, -1])
    async def test_declines_to_take_nothing_or_less(self, provider, amount):
        assert isinstance(await provider.gateway.charge(charge_of(SimulatedCard.APPROVE, amount=amount)), Declined)

    async def test_declines_a_currency_it_does_not_support(self, provider):
        request = charge_of(SimulatedCard.APPROVE, currency=Currency("JPY"))
        assert isinstance(await provider.gateway.charge(request), Declined)

    async def test_answers_a_repeat_with_the_first_result(self, provider):
        request = charge_of(SimulatedCard.APPROVE)
        first = await provider.gateway.charge(request)
        assert await provider.gateway.charge(request) == first
        assert await self.takings(provider, request.reference) == 1

    async def test_reports_the_amount_really_taken_when_a_repeat_asks_for_another(self, provider):
        request = charge_of(SimulatedCard.APPROVE, amount=500)
        await provider.gateway.charge(request)
        repeat = charge_of(SimulatedCard.APPROVE, amount=900, currency=USD, ref=request.reference)
        assert await provider.gateway.charge(repeat) == taken(request.reference, Money(500, NGN))
        assert await provider.gateway.lookup(request.reference) == taken(request.reference, Money(500, NGN))
        assert await self.takings(provider, request.reference) == 1

    async def test_tells_the_same_fee_whenever_it_is_asked(self, provider):
        request = charge_of(SimulatedCard.APPROVE, amount=400_000)
        answers = [await provider.gateway.charge(request), await provider.gateway.charge(request)]
        answers.append(await provider.gateway.lookup(request.reference))
        assert [answer.fee for answer in answers] == [Money(16_000, NGN)] * 3

    async def test_tells_no_fee_where_it_has_no_price(self, provider):
        request = charge_of(SimulatedCard.APPROVE, amount=400_000, currency=USD)
        assert await provider.gateway.charge(request) == Approved(request.reference, request.amount)
        assert await provider.gateway.lookup(request.reference) == Approved(request.reference, request.amount)

    async def test_never_changes_a_decline_into_an_approval_under_the_same_reference(self, provider):
        request = charge_of(SimulatedCard.INSUFFICIENT_FUNDS)
        declined = await provider.gateway.charge(request)
        assert await provider.gateway.charge(charge_of(SimulatedCard.APPROVE, ref=request.reference)) == declined
        assert await self.takings(provider, request.reference) == 0

    @pytest.mark.parametrize("card", [SimulatedCard.APPROVE, SimulatedCard.SLOW])
    async def test_takes_once_for_simultaneous_requests_of_one_reference(self, provider, card):
        request = charge_of(card)
        results = await asyncio.gather(*[provider.gateway.charge(request) for _ in range(30)])
        assert set(results) == {taken(request.reference, request.amount)}
        assert await self.takings(provider, request.reference) == 1

    async def test_does_not_know_when_a_request_got_lost_and_takes_it_when_sent_again(self, provider):
        request = charge_of(SimulatedCard.TIMEOUT_BEFORE)
        assert isinstance(await provider.gateway.charge(request), Unknown)
        assert await provider.gateway.lookup(request.reference) == NotFound()
        assert await self.takings(provider, request.reference) == 0
        assert await provider.gateway.charge(request) == taken(request.reference, request.amount)
        assert await self.takings(provider, request.reference) == 1

    @pytest.mark.parametrize("card", [SimulatedCard.TIMEOUT_AFTER, SimulatedCard.ERROR_AFTER])
    async def test_does_not_know_when_an_answer_got_lost_and_never_takes_again(self, provider, card):
        request = charge_of(card)
        assert isinstance(await provider.gateway.charge(request), Unknown)
        assert await provider.gateway.lookup(request.reference) == taken(request.reference, request.amount)
        assert await provider.gateway.charge(request) == taken(request.reference, request.amount)
        assert await self.takings(provider, request.reference) == 1

    async def test_waits_for_a_slow_bank(self, provider):
        request = charge_of(SimulatedCard.SLOW)
        assert await provider.gateway.charge(request) == taken(request.reference, request.amount)

    async def test_does_not_know_when_a_bank_is_slower_than_its_patience_and_finds_the_money_later(self, provider):
        request = charge_of(SimulatedCard.SLOW)
        assert isinstance(await provider.hasty_gateway.charge(request), Unknown)
        assert await until_found(provider.gateway, request.reference) == taken(request.reference, request.amount)
        assert await provider.gateway.charge(request) == taken(request.reference, request.amount)
        assert await self.takings(provider, request.reference) == 1

    async def test_finishes_a_charge_whose_caller_was_cancelled(self, provider):
        request = charge_of(SimulatedCard.SLOW)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(provider.gateway.charge(request), timeout=0.5)
        assert await until_found(provider.gateway, request.reference) == taken(request.reference, request.amount)

    async def test_finds_nothing_under_a_reference_never_sent(self, provider):
        assert await provider.gateway.lookup(reference()) == NotFound()
        assert await provider.gateway.lookup_refund(reference()) == NotFound()

    async def test_gives_back_parts_until_all_is_given_back(self, provider):
        charge = await self.taken(provider, 500)
        for amount in (200, 300):
            request = refund_of(charge, amount)
            assert await provider.gateway.refund(request) == Refunded(request.reference, Money(amount, NGN))
            assert await provider.gateway.lookup_refund(request.reference) == Refunded(
                request.reference, Money(amount, NGN)
            )
        assert isinstance(await provider.gateway.refund(refund_of(charge, 1)), RefundRefused)
        assert await self.given_back(provider, charge) == 500

    async def test_gives_back_once_per_refund_reference(self, provider):
        charge = await self.taken(provider, 500)
        request = refund_of(charge, 200)
        results = await asyncio.gather(*[provider.gateway.refund(request) for _ in range(20)])
        assert set(results) == {Refunded(request.reference, Money(200, NGN))}
        other = await provider.gateway.refund(refund_of(charge, 50, ref=request.reference))
        assert other == Refunded(request.reference, Money(200, NGN))
        assert await self.given_back(provider, charge) == 200

    async def test_never_gives_back_more_than_was_taken_by_simultaneous_refunds(self, provider):
        charge = await self.taken(provider, 500)
        results = await asyncio.gather(*[provider.gateway.refund(refund_of(charge, 200)) for _ in range(10)])
        assert sum(isinstance(result, Refunded) for result in results) == 2
        assert await self.given_back(provider, charge) == 400

    async def test_refuses_to_give_back_what_was_never_taken(self, provider):
        declined = charge_of(SimulatedCard.DO_NOT_HONOR)
        await provider.gateway.charge(declined)
        for charge in (declined.reference, reference()):
            request = refund_of(charge, 1)
            refused = await provider.gateway.refund(request)
            assert isinstance(refused, RefundRefused)
            assert await provider.gateway.lookup_refund(request.reference) == refused

    async def test_refuses_every_refund_to_a_card_that_takes_none(self, provider):
        charge = charge_of(SimulatedCard.REFUND_REFUSED)
        assert isinstance(await provider.gateway.charge(charge), Approved)
        for _ in range(2):
            refused = await provider.gateway.refund(refund_of(charge.reference, 1))
            assert isinstance(refused, RefundRefused)
            assert refused.code == "refund_not_allowed"
        assert await self.given_back(provider, charge.reference) == 0

    async def test_refuses_to_give_back_nothing_or_another_currency(self, provider):
        charge = await self.taken(provider, 500)
        for request in (refund_of(charge, 0), refund_of(charge, -5), refund_of(charge, 100, currency=USD)):
            assert isinstance(await provider.gateway.refund(request), RefundRefused)
        assert await self.given_back(provider, charge) == 0

    @pytest.mark.parametrize("card", list(SimulatedCard))
    async def test_keeps_a_listed_card_as_a_token_that_behaves_like_it(self, provider, card):
        kept = await provider.gateway.tokenize(CardDetails(card.number, 9, 2031, "123"))
        assert kept == Tokenized(card.token, card.brand, card.number[-4:], 9, 2031, fingerprint=card.fingerprint)

    async def test_knows_a_card_by_its_number_however_often_it_is_kept(self, provider):
        cards = [
            CardDetails(SimulatedCard.APPROVE.number, 9, 2031, "123"),
            CardDetails(SimulatedCard.APPROVE.number, 10, 2034, "999"),
            CardDetails(SimulatedCard.APPROVE_VERVE.number, 9, 2031, "123"),
        ]
        first, renewed, other = [(await provider.gateway.tokenize(card)).fingerprint for card in cards]
        assert first == renewed != other
        assert SimulatedCard.APPROVE.number not in first

    @pytest.mark.parametrize(
        "card",
        [
            CardDetails("4111111111111111", 9, 2031, "123"),
            CardDetails("4242424242424241", 9, 2031, "123"),
            CardDetails("", 9, 2031, "123"),
            CardDetails(SimulatedCard.APPROVE.number, 0, 2031, "123"),
            CardDetails(SimulatedCard.APPROVE.number, 13, 2031, "123"),
            CardDetails(SimulatedCard.APPROVE.number, 9, 31, "123"),
            CardDetails(SimulatedCard.APPROVE.number, 9, 2031, "12"),
            CardDetails(SimulatedCard.APPROVE.number, 9, 2031, "١٢٣"),
        ],
    )
    async def test_refuses_a_card_that_is_not_listed_or_not_possible(self, provider, card):
        assert isinstance(await provider.gateway.tokenize(card), CardRefused)

    async def test_supports_its_currencies_only(self, provider):
        codes = ("NGN", "USD", "GHS", "KES", "ZAR", "EUR", "GBP", "JPY", "XOF")
        assert [code for code in codes if provider.gateway.supports(Currency(code))] == list(codes[:7])

    async def test_takes_no_less_than_its_minimum(self, provider):
        minimums = {code: provider.gateway.minimum(Currency(code)).amount for code in ("NGN", "USD", "KES")}
        assert minimums == {"NGN": 5_000, "USD": 50, "KES": 300}

    async def test_states_what_it_is(self, provider):
        gateway = provider.gateway
        assert (gateway.name, gateway.is_moving_money, gateway.has_idempotent_references) == ("simulated", False, True)

    async def taken(self, provider, amount):
        request = charge_of(SimulatedCard.APPROVE, amount=amount)
        assert isinstance(await provider.gateway.charge(request), Approved)
        return request.reference


class TestSimulatedGateway(ChargeGatewayContract):
    @pytest.fixture
    async def provider(self):
        provider = InProcess()
        yield provider
        await provider.close()

    async def test_waits_twice_its_patience_before_a_reference_may_be_sent_again(self, provider):
        assert provider.gateway.settle_window == TimeDelta(seconds=20)


class TestHttpSimulatedGateway(ChargeGatewayContract):
    @pytest.fixture
    async def provider(self, simulator_url):
        provider = OverHttp(simulator_url)
        yield provider
        await provider.close()

    async def test_waits_twice_its_patience_before_a_reference_may_be_sent_again(self, provider):
        assert provider.gateway.settle_window == TimeDelta(seconds=20)

    def test_refuses_a_settle_window_shorter_than_twice_its_patience(self):
        with pytest.raises(ValueError, match="twice"):
            HttpSimulatedGateway(base_url="http://127.0.0.1:1", timeout_seconds=10, settle_window=TimeDelta(seconds=19))
