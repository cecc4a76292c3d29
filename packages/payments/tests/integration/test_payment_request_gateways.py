"""The contract of every gateway through which payers push money, and each gateway put to it."""

import asyncio
import time
from itertools import count

import pytest
from whenever import Instant, TimeDelta

from duro.billing.recovery import Rail
from duro.kernel import Currency, Money
from duro.payments import (
    AccountOpened,
    BankAccount,
    MoneyReceived,
    NotFound,
    Opened,
    PaymentRequestOrder,
    Refused,
    Unknown,
    UssdCode,
    VirtualAccountOrder,
)
from duro.payments.simulated import SimulatedFees, SimulatedPayer

NGN = Currency("NGN")
LONG_AGO = Instant.from_utc(2020, 1, 1)
LATER = Instant.from_utc(2100, 1, 1)
PUSH = [Rail.TRANSFER, Rail.USSD, Rail.VIRTUAL_ACCOUNT]
_NUMBERS = count(1)


def naira(kobo):
    return Money(kobo, NGN)


def reference():
    return f"req-{time.time_ns()}-{next(_NUMBERS)}"


def order_of(payer=None, *, rail=Rail.TRANSFER, amount=500_001, currency=NGN, ref=None, expires_at=LATER, phone=None):
    return PaymentRequestOrder(
        reference=ref or reference(),
        amount=Money(amount, currency),
        rail=rail,
        customer_email="ada@example.com",
        phone=payer.phone if payer else phone or "+2348100000099",
        expires_at=expires_at,
    )


def account_of(payer=None, *, currency=NGN, ref=None):
    return VirtualAccountOrder(
        reference=ref or reference(),
        currency=currency,
        customer_name="Ada Obi",
        customer_email="ada@example.com",
        phone=payer and payer.phone,
    )


class PaymentRequestGatewayContract:
    """What Duro relies on, whoever the provider is. A subclass provides `rails`: its gateway as `requests`, `pay` to do
    what a payer does, and `told` to wait for what the provider tells of it.
    """

    async def arrived(self, rails, ref):
        return [each.amount.amount for each in (await rails.requests.lookup_request(ref)).arrivals]

    async def opened_account(self, rails):
        opened = await rails.requests.open_account(account_of())
        assert isinstance(opened, AccountOpened)
        return opened

    @pytest.mark.parametrize("rail", PUSH)
    async def test_opens_a_request_and_says_what_the_payer_is_to_do(self, rails, rail):
        order = order_of(rail=rail)
        opened = await rails.requests.open(order)
        assert opened == Opened(order.reference, order.amount, rail, opened.instructions, LATER)
        assert isinstance(opened.instructions, UssdCode if rail is Rail.USSD else BankAccount)
        standing = await rails.requests.lookup_request(order.reference)
        assert (standing.request, standing.is_closed, standing.arrivals) == (opened, False, ())

    async def test_gives_every_request_instructions_of_its_own(self, rails):
        opened = await asyncio.gather(*[rails.requests.open(order_of()) for _ in range(20)])
        assert len({each.instructions.number for each in opened}) == 20

    @pytest.mark.parametrize(("rail", "has_end"), [(Rail.TRANSFER, True), (Rail.USSD, True), (PUSH[2], False)])
    async def test_ends_a_request_by_itself_where_its_rail_needs_an_end(self, rails, rail, has_end):
        opened = await rails.requests.open(order_of(rail=rail, expires_at=None))
        assert (opened.expires_at is not None) is has_end

    async def test_answers_a_repeat_with_the_first_request(self, rails):
        order = order_of(amount=500_000)
        first = await rails.requests.open(order)
        repeats = [order_of(amount=900_000, ref=order.reference), order_of(rail=Rail.USSD, ref=order.reference), order]
        answers = await asyncio.gather(*[rails.requests.open(each) for each in repeats])
        assert answers == [first, first, first]

    @pytest.mark.parametrize(
        ("order", "code"),
        [
            (order_of(rail=Rail.CARD), "rail_not_supported"),
            (order_of(rail=Rail.DIRECT_DEBIT), "rail_not_supported"),
            (order_of(currency=Currency("USD")), "currency_not_supported"),
            (order_of(amount=4_999), "amount_below_minimum"),
            (order_of(amount=-1), "amount_below_minimum"),
            (order_of(expires_at=LONG_AGO), "invalid_expiry"),
            (order_of(SimulatedPayer.REFUSED), "bank_unavailable"),
        ],
    )
    async def test_refuses_what_nobody_could_pay_and_keeps_nothing_of_it(self, rails, order, code):
        refused = await rails.requests.open(order)
        assert isinstance(refused, Refused)
        assert refused.code == code
        assert await rails.requests.lookup_request(order.reference) == NotFound()

    async def test_refuses_ussd_without_a_phone(self, rails):
        order = PaymentRequestOrder(reference(), naira(500_000), Rail.USSD, "ada@example.com")
        assert (await rails.requests.open(order)).code == "phone_required"

    async def test_supports_naira_on_push_rails_only(self, rails):
        assert [rail for rail in Rail if rails.requests.supports(rail, NGN)] == [PUSH[2], Rail.TRANSFER, Rail.USSD]
        assert not any(rails.requests.supports(rail, Currency("USD")) for rail in Rail)

    async def test_does_not_know_when_an_order_got_lost_and_opens_it_when_sent_again(self, rails):
        order = order_of(SimulatedPayer.TIMEOUT_BEFORE)
        assert isinstance(await rails.requests.open(order), Unknown)
        assert await rails.requests.lookup_request(order.reference) == NotFound()
        opened = await rails.requests.open(order)
        assert isinstance(opened, Opened)
        assert (await rails.requests.lookup_request(order.reference)).request == opened

    async def test_does_not_know_when_an_answer_got_lost_and_finds_the_request_and_what_was_paid(self, rails):
        order = order_of(SimulatedPayer.TIMEOUT_AFTER)
        assert isinstance(await rails.requests.open(order), Unknown)
        standing = await rails.requests.lookup_request(order.reference)
        assert await rails.requests.open(order) == standing.request
        assert await self.arrived(rails, order.reference) == [500_001]

    @pytest.mark.parametrize(
        ("payer", "amounts"),
        [
            (SimulatedPayer.EXACT, [500_001]),
            (SimulatedPayer.SHORT, [250_000]),
            (SimulatedPayer.OVER, [750_001]),
            (SimulatedPayer.TWICE, [500_001, 500_001]),
            (SimulatedPayer.IN_PARTS, [250_000, 250_001]),
            (SimulatedPayer.NEVER, []),
            (SimulatedPayer.LATE, []),
        ],
    )
    @pytest.mark.parametrize("rail", PUSH)
    async def test_lets_a_payer_send_what_such_a_payer_sends(self, rails, rail, payer, amounts):
        order = order_of(payer, rail=rail)
        await rails.requests.open(order)
        standing = await rails.requests.lookup_request(order.reference)
        assert [each.amount.amount for each in standing.arrivals] == amounts
        assert {each.rail for each in standing.arrivals} <= {rail}
        assert [each.fee for each in standing.arrivals] == [
            SimulatedFees.bundled().kept_of(each.amount, each.rail) for each in standing.arrivals
        ]
        assert len({each.provider_reference for each in standing.arrivals}) == len(amounts)
        if amounts:
            told = await rails.told(MoneyReceived, reference=order.reference)
            assert sorted(each.provider_reference for each in told) == sorted(
                each.provider_reference for each in standing.arrivals
            )

    async def test_lets_a_payer_pay_by_the_reference_or_by_the_account_number(self, rails):
        opened = await rails.requests.open(order_of())
        ref, number = opened.reference, opened.instructions.number
        names = [
            await rails.pay(naira(200), reference=ref, at=Instant.from_utc(2099, 1, 1, nanosecond=1_000)),
            await rails.pay(naira(300), account_number=number, at=Instant.from_utc(2098, 1, 1)),
        ]
        standing = await rails.requests.lookup_request(ref)
        assert [(each.provider_reference, each.amount.amount) for each in standing.arrivals] == [
            (names[1], 300),
            (names[0], 200),
        ]
        assert standing.arrivals[1].arrived_at == Instant.from_utc(2099, 1, 1, nanosecond=1_000)
        told = await rails.told(MoneyReceived, reference=ref)
        assert {(each.provider_reference, each.account_number, each.at) for each in told} == {
            (each.provider_reference, number, each.arrived_at) for each in standing.arrivals
        }

    async def test_takes_money_in_any_currency_and_says_which(self, rails):
        opened = await rails.requests.open(order_of())
        await rails.pay(Money(500, Currency("USD")), reference=opened.reference)
        (arrival,) = (await rails.requests.lookup_request(opened.reference)).arrivals
        assert (arrival.amount, arrival.fee) == (Money(500, Currency("USD")), None)

    async def test_closes_a_request_once_or_again_and_says_what_had_come(self, rails):
        order = order_of(SimulatedPayer.SHORT)
        opened = await rails.requests.open(order)
        closed = await rails.requests.close_request(order.reference)
        assert (closed.request, closed.is_closed, len(closed.arrivals)) == (opened, True, 1)
        assert await rails.requests.close_request(order.reference) == closed
        assert await rails.requests.lookup_request(order.reference) == closed

    async def test_keeps_what_comes_after_a_request_was_closed(self, rails):
        order = order_of(SimulatedPayer.LATE)
        await rails.requests.open(order)
        assert (await rails.requests.close_request(order.reference)).arrivals == ()
        assert await self.arrived(rails, order.reference) == [500_001]
        assert len(await rails.told(MoneyReceived, reference=order.reference)) == 1
        await rails.pay(naira(7), reference=order.reference)
        assert await self.arrived(rails, order.reference) == [500_001, 7]
        await rails.requests.close_request(order.reference)
        assert await self.arrived(rails, order.reference) == [500_001, 7]

    async def test_lets_a_late_payer_who_has_paid_pay_no_more(self, rails):
        order = order_of(SimulatedPayer.LATE)
        await rails.requests.open(order)
        await rails.pay(order.amount, reference=order.reference)
        await rails.requests.close_request(order.reference)
        assert await self.arrived(rails, order.reference) == [500_001]

    async def test_finds_and_closes_nothing_under_a_reference_never_sent(self, rails):
        assert await rails.requests.lookup_request(reference()) == NotFound()
        assert await rails.requests.close_request(reference()) == NotFound()
        assert await rails.requests.lookup_account(reference(), since=LONG_AGO) == NotFound()

    async def test_tells_of_money_for_a_reference_or_an_account_it_never_gave_us(self, rails):
        nobody, number = reference(), str(time.time_ns())[-10:]
        names = [
            await rails.pay(naira(500), reference=nobody),
            await rails.pay(naira(600), account_number=number),
        ]
        (by_reference,) = await rails.told(MoneyReceived, provider_reference=names[0])
        (by_number,) = await rails.told(MoneyReceived, provider_reference=names[1])
        assert (by_reference.reference, by_reference.account_number, by_reference.amount) == (nobody, None, naira(500))
        assert (by_number.reference, by_number.account_number, by_number.amount) == (None, number, naira(600))

    async def test_opens_one_account_for_a_customer_for_good(self, rails):
        order = account_of()
        opened = await rails.requests.open_account(order)
        assert opened == AccountOpened(order.reference, NGN, opened.account)
        assert opened.account.account_name == "Ada Obi"
        assert await rails.requests.open_account(order) == opened
        standing = await rails.requests.lookup_account(order.reference, since=LONG_AGO)
        assert (standing.account, standing.arrivals, standing.has_more) == (opened, (), False)

    async def test_names_only_the_account_number_when_money_comes_to_a_customers_account(self, rails):
        opened = await self.opened_account(rails)
        name = await rails.pay(naira(700), account_number=opened.account.number)
        (told,) = await rails.told(MoneyReceived, provider_reference=name)
        (arrival,) = (await rails.requests.lookup_account(opened.reference, since=LONG_AGO)).arrivals
        assert (told.reference, told.account_number, told.rail) == (None, opened.account.number, PUSH[2])
        assert (arrival.provider_reference, arrival.amount, arrival.arrived_at) == (name, naira(700), told.at)

    async def test_lists_what_came_to_an_account_since_an_instant_a_hundred_at_a_time(self, rails):
        opened = await self.opened_account(rails)
        first = Instant.from_utc(2026, 1, 1)
        for day in reversed(range(102)):
            at = first + TimeDelta(hours=24 * day)
            await rails.pay(naira(day + 1), account_number=opened.account.number, at=at)
        page = await rails.requests.lookup_account(opened.reference, since=first + TimeDelta(hours=24))
        assert [each.amount.amount for each in page.arrivals] == list(range(2, 102))
        assert page.has_more
        rest = await rails.requests.lookup_account(opened.reference, since=page.arrivals[-1].arrived_at)
        assert ([each.amount.amount for each in rest.arrivals], rest.has_more) == ([101, 102], False)

    async def test_refuses_an_account_that_cannot_be_had(self, rails):
        dollars = await rails.requests.open_account(account_of(currency=Currency("USD")))
        assert dollars.code == "currency_not_supported"
        assert (await rails.requests.open_account(account_of(SimulatedPayer.REFUSED))).code == "bank_unavailable"

    @pytest.mark.parametrize(
        ("payer", "is_found"), [(SimulatedPayer.TIMEOUT_BEFORE, False), (SimulatedPayer.TIMEOUT_AFTER, True)]
    )
    async def test_does_not_know_whether_an_account_was_opened_when_nothing_answers(self, rails, payer, is_found):
        order = account_of(payer)
        assert isinstance(await rails.requests.open_account(order), Unknown)
        standing = await rails.requests.lookup_account(order.reference, since=LONG_AGO)
        assert isinstance(standing, NotFound) is not is_found
        assert isinstance(await rails.requests.open_account(order), AccountOpened)

    async def test_states_what_it_is(self, rails):
        assert (rails.requests.name, rails.requests.is_moving_money) == ("simulated", False)


class TestSimulatedPaymentRequests(PaymentRequestGatewayContract):
    @pytest.fixture
    def rails(self, rails_in_process):
        return rails_in_process


class TestHttpSimulatedPaymentRequests(PaymentRequestGatewayContract):
    @pytest.fixture
    def rails(self, rails_over_http):
        return rails_over_http
