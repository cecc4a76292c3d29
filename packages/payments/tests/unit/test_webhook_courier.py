from fractions import Fraction

from whenever import Instant, TimeDelta

from duro.kernel import Currency, Money
from duro.payments import InMemoryIssuerLedger, SimulatedInboundWebhooks, SimulatedProvider, VerifiedNotices
from duro.payments.simulated import DeliveryStatus, NoticePlan, PayerOrder, RetryPlan, WebhookCourier, WebhookSeal
from duro.testkit import SteppingClock

START = Instant.from_utc(2026, 11, 25, 12)
SECRET = "made up"


class Stage:
    """A provider that tells, a clock, and a receiver that accepts as long as it is well."""

    def __init__(self, plan, *, retries=None) -> None:
        self.clock = SteppingClock(START)
        self.is_well = True
        self.received = []
        self._ledger = InMemoryIssuerLedger()
        self._pushes = SimulatedProvider.over(self._ledger, clock=self.clock, notices=plan).pushes
        self.courier = WebhookCourier(
            self._ledger, receiver=self, seal=WebhookSeal(SECRET), clock=self.clock, retries=retries or RetryPlan()
        )

    async def receive(self, headers, body):
        verified = SimulatedInboundWebhooks([SECRET], clock=self.clock).verify(headers, body)
        assert isinstance(verified, VerifiedNotices)
        (notice,) = verified.notices
        self.received.append(notice)
        return self.is_well

    async def pay(self, reference):
        order = PayerOrder(reference=reference, account_number=None, amount=Money(500, Currency("NGN")))
        return (await self._pushes.pay(order)).provider_reference

    async def after(self, **time):
        self.clock.advance(TimeDelta(**time))
        return await self.courier.send_due()

    async def sendings(self):
        entries, _ = await self._ledger.change(lambda page: page.deliveries.page(position=0, limit=100))
        return [(each.status, each.tries) for each in entries]


class TestWebhookCourier:
    async def test_sends_a_notice_once_and_no_more_when_it_was_accepted(self):
        stage = Stage(NoticePlan())
        name = await stage.pay("r")
        assert [await stage.courier.send_due(), await stage.after(hours=1)] == [1, 0]
        assert [each.provider_reference for each in stage.received] == [name]
        assert await stage.sendings() == [(DeliveryStatus.ACCEPTED, 1)]

    async def test_sends_again_signed_afresh_after_waits_that_double_until_it_is_accepted(self):
        stage = Stage(NoticePlan())
        stage.is_well = False
        await stage.pay("r")
        assert await stage.courier.send_due() == 1
        for wait in (1, 2, 4, 8, 16, 32, 60, 60):
            assert await stage.after(seconds=wait, microseconds=-1) == 0
            assert await stage.after(microseconds=1) == 1
        stage.is_well = True
        assert [await stage.after(minutes=1), await stage.after(minutes=1)] == [1, 0]
        assert len({each.event_id for each in stage.received}) == 1
        assert await stage.sendings() == [(DeliveryStatus.ACCEPTED, 10)]

    async def test_gives_up_when_its_patience_ends(self):
        stage = Stage(NoticePlan(), retries=RetryPlan(patience=TimeDelta(seconds=10)))
        stage.is_well = False
        await stage.pay("r")
        sent = [await stage.courier.send_due()] + [await stage.after(seconds=1) for _ in range(30)]
        assert sum(sent) == 4
        assert await stage.sendings() == [(DeliveryStatus.GIVEN_UP, 4)]

    async def test_never_sends_a_lost_notice_and_keeps_what_it_said(self):
        stage = Stage(NoticePlan(loss_rate=Fraction(1)))
        await stage.pay("r")
        assert [await stage.courier.send_due(), await stage.after(hours=100)] == [0, 0]
        assert await stage.sendings() == [(DeliveryStatus.WITHHELD, 0)]

    async def test_sends_a_doubled_notice_twice_under_one_event_id(self):
        stage = Stage(NoticePlan(duplicate_rate=Fraction(1)))
        await stage.pay("r")
        assert [await stage.courier.send_due(), await stage.after(seconds=1)] == [1, 1]
        assert stage.received[0] == stage.received[1]

    async def test_holds_a_late_notice_back(self):
        stage = Stage(NoticePlan(delay_rate=Fraction(1)))
        await stage.pay("r")
        assert [await stage.courier.send_due(), await stage.after(seconds=29), await stage.after(seconds=1)] == [
            0,
            0,
            1,
        ]

    async def test_lets_later_notices_overtake_some(self):
        stage = Stage(NoticePlan(reorder_rate=Fraction(1)))
        names = [await stage.pay(f"r{number}") for number in range(20)]
        for _ in range(10):
            await stage.after(milliseconds=100)
        received = [each.provider_reference for each in stage.received]
        assert received != names
        assert sorted(received) == sorted(names)
