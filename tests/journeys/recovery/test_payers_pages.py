"""From the letter that a payer gets to the money, by the page that its link leads to."""

import httpx
import pytest
import pytest_asyncio

from duro.payments import SimulatedCard
from duro.testkit.mail_sink import MailSink
from duro.testkit.page_forms import PageForms
from journey import BankInProcess, World
from journey.answers import EMPTY, STOLEN
from journey.happenings import ASKED, FAILED, RECOVERED

PHONE = "+2348030001122"
CARD = {"number": "4242 4242 4242 4242", "expiry": "12/30", "cvc": "123"}


class Reader:
    """Somebody who reads their letters, opens the links in them, and presses what they find there."""

    def __init__(self, letters: MailSink, http: httpx.AsyncClient) -> None:
        self._letters = letters
        self._http = http
        self._page = httpx.Response(0)

    async def follows(self, label: str) -> None:
        self._page = await self._http.get(PageForms.of(self._letters.letters[-1].html).links[label])
        assert self._page.status_code == 200

    async def looks_again(self) -> None:
        self._page = await self._http.get(self._page.url)

    async def presses(self, label: str, **typed: str) -> None:
        form = PageForms.of(self._page.text).forms[label]
        self._page = await self._http.post(self._page.url, data=form | typed, follow_redirects=True)

    def sees(self, words: str) -> None:
        assert words in self._page.text


@pytest_asyncio.fixture(loop_scope="session")
async def world(database, redis_url, clock, ids, mail_sink):
    """Give a world with all rails and with letters, whose bank tells of what comes."""
    bank = BankInProcess(clock)
    async with World.open(database, redis_url, clock=clock, ids=ids, bank=bank, rails=bank, letters=mail_sink) as world:
        yield world
        await world.is_in_order()


@pytest_asyncio.fixture(loop_scope="session")
async def http(world):
    _ = world
    async with httpx.AsyncClient(timeout=30, trust_env=False) as http:
        yield http


@pytest.fixture
def payer(mail_sink, http) -> Reader:
    return Reader(mail_sink, http)


class TestACardThatHasExpired:
    async def test_is_replaced_on_the_page_and_the_new_one_charged_at_once(self, world: World, fails, payer: Reader):
        subscription, case = await fails(card=SimulatedCard.EXPIRED_CARD)
        await subscription.is_told(*FAILED, *ASKED)
        await case.shows(state="awaiting_customer", action="request_card_update", nextAttemptAt=None)
        world.clock.set(world.clock.now().add(hours=3))
        await payer.follows("Use another card")
        payer.sees("<h1>Change how you pay</h1>")
        await payer.presses("Pay ₦5,000.00 with this card", **CARD)
        payer.sees("<dd>The card ending 4242</dd>")
        await subscription.is_told("subscription_updated", *RECOVERED)
        await subscription.shows(status="active", currentPeriodEnd="2026-03-15T09:00:00Z", cyclesCompleted=1)
        await case.shows(state="recovered")
        await world.lives_until("2026-02-15T12:00:00Z")
        await world.lives_until("2026-02-25")
        await subscription.is_told_nothing()
        await case.tried("2026-02-15 09:00 card failed 54", "2026-02-15 12:00 card succeeded")
        await subscription.told_its_payer(
            "2026-02-12 09:00 renewal_reminder email",
            "2026-02-15 09:00 dunning_1 email",
            "2026-02-15 12:00 receipt email",
            "2026-02-15 12:00 payment_recovered email",
        )
        await subscription.was_billed("2026-02-15..2026-03-15 paid: failed 54 succeeded")


class TestACardThatWasStolen:
    async def test_has_its_payer_shown_what_to_dial_and_told_what_came(self, world: World, fails, payer: Reader):
        subscription, case = await fails(STOLEN, phone=PHONE)
        await subscription.is_told(*FAILED, *ASKED)
        await case.asked("2026-02-15 09:00 ussd 500000 open")
        (request,) = await case.requests()
        await payer.follows("Pay now")
        payer.sees(f'<p class="code">{request["instructions"]["code"]}</p>')
        await world.bank.gets(request, 200_000)
        await world.lives_until("2026-02-15T09:30:00Z")
        await payer.looks_again()
        payer.sees("₦2,000.00 has arrived, thank you. ₦3,000.00 is still to be paid.")
        await world.bank.gets(request, 300_000)
        await world.lives_until("2026-02-15T10:00:00Z")
        await payer.looks_again()
        payer.sees("<h1>This is paid</h1>")
        await subscription.is_told(*RECOVERED)
        await subscription.told_its_payer(
            "2026-02-12 09:00 renewal_reminder email",
            "2026-02-15 09:00 dunning_1 email",
            "2026-02-15 09:30 receipt email",
            "2026-02-15 10:00 receipt email",
            "2026-02-15 10:00 payment_recovered email",
        )
        await subscription.was_billed("2026-02-15..2026-03-15 paid: failed 43")


class TestAnEmptyAccount:
    async def test_is_passed_over_by_a_payer_who_dials_without_being_asked(self, world: World, fails, payer: Reader):
        subscription, case = await fails(EMPTY, phone=PHONE)
        await subscription.is_told(*FAILED)
        planned = await case.next_attempt()
        await payer.follows("Pay now")
        await payer.presses("Pay by USSD")
        await case.asked("2026-02-15 09:00 ussd 500000 open")
        assert await case.next_attempt() == planned
        (request,) = await case.requests()
        payer.sees(f'<p class="code">{request["instructions"]["code"]}</p>')
        await world.bank.gets(request, 500_000)
        await world.lives_until("2026-02-15T10:00:00Z")
        await payer.looks_again()
        payer.sees("<h1>This is paid</h1>")
        await subscription.is_told(*RECOVERED)
        await case.shows(state="recovered")
        await world.lives_until("2026-03-10")
        await subscription.is_told_nothing()
        await case.tried("2026-02-15 09:00 card failed 51")
        await case.asked("2026-02-15 09:00 ussd 500000 paid")
        await subscription.told_its_payer(
            "2026-02-12 09:00 renewal_reminder email",
            "2026-02-15 09:00 dunning_1 email",
            "2026-02-15 10:00 receipt email",
            "2026-02-15 10:00 payment_recovered email",
        )
        await subscription.was_billed("2026-02-15..2026-03-15 paid: failed 51")
