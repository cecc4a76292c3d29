import pytest
from whenever import Instant, TimeDelta

from duro.billing.messages import Channel
from duro.db.message_resolver import MessageResolver
from duro.db.message_rows import MessageStatus
from duro.db.whatsapp_refusals import WhatsAppRefusals
from duro.merchant_api.messages import ModeNews, PersonKeys, Telling, WhatsAppNews
from duro.merchant_api.messages.whatsapp_news import MessageInFlightError
from duro.payments import Declined
from duro.testkit import WhatsAppAnswer
from duro.whatsapp import PayerWish, StatusWebhook, Wish

NO_FUNDS = Declined("51", "Insufficient funds", None)
PHONE = "+2348031234567"
NOT_ON_WHATSAPP = 131026
KEYS = PersonKeys(b"a key that nobody else has")
AT = Instant.from_utc(2026, 3, 31, hour=9)


@pytest.fixture
def news(desk):
    """What takes Meta's news of one mode."""
    mode, admin = desk.recovery.contexts.mode, desk.recovery.admin
    resolver, refusals = MessageResolver(admin, mode), WhatsAppRefusals(admin, mode)
    return WhatsAppNews([ModeNews(resolver, desk.recovery.contexts, refusals, KEYS, clock=desk.clock)])


@pytest.fixture
def meta(desk, news):
    """Let Meta tell one step of the last message it has accepted."""
    webhook = StatusWebhook(app_secret=desk.whatsapp.APP_SECRET, verify_token=desk.whatsapp.VERIFY_TOKEN)

    async def tell(*steps, code=None):
        for step in steps:
            notice = desk.whatsapp.notice(desk.whatsapp.messages[-1], step, at=AT, code=code)
            await news.take(webhook.read(notice.body, signature=notice.signature).statuses)

    return tell


async def told(desk, *answers):
    """Somebody who agreed to WhatsApp was asked for money on it."""
    desk.whatsapp.answer(*answers)
    subscription = await desk.asked(NO_FUNDS, phone=PHONE, has_whatsapp_consent=True)
    await desk.deliver()
    return subscription


async def stands(desk, subscription):
    [message] = await desk.messages(subscription)
    return message.status.value, message.channel, message.outcome


class TestAMessageOnWhatsApp:
    @pytest.mark.parametrize(
        ("steps", "outcome"),
        [
            (["sent"], "accepted"),
            (["sent", "delivered"], "delivered"),
            (["delivered", "read"], "read"),
            (["read", "delivered", "sent"], "read"),
            (["delivered", "delivered", "failed"], "delivered"),
        ],
    )
    async def test_is_as_far_as_it_has_come_in_whatever_order_that_is_told(self, desk, meta, steps, outcome):
        subscription = await told(desk)
        await meta(*steps)
        assert await stands(desk, subscription) == ("sent", Channel.WHATSAPP, outcome)
        assert await desk.deliver() == []

    @pytest.mark.parametrize("answer", [WhatsAppAnswer.DROP, WhatsAppAnswer.GARBLE])
    async def test_is_known_to_have_left_once_its_arrival_is_told(self, desk, meta, answer):
        subscription = await told(desk, answer)
        assert await stands(desk, subscription) == ("unknown", Channel.WHATSAPP, "unanswered")
        await meta("delivered")
        assert await stands(desk, subscription) == ("sent", Channel.WHATSAPP, "delivered")
        [message] = await desk.messages(subscription)
        assert message.provider_id == desk.whatsapp.messages[-1].provider_id


class TestAMessageThatNeverArrivedOnWhatsApp:
    @pytest.mark.parametrize("answer", [WhatsAppAnswer.ACCEPT, WhatsAppAnswer.DROP])
    async def test_goes_by_e_mail_once_however_often_that_is_told(self, desk, meta, answer):
        subscription = await told(desk, answer)
        await meta("failed", "failed", code=NOT_ON_WHATSAPP)
        assert await stands(desk, subscription) == ("pending", None, "recipient:131026")
        assert await desk.deliver() == [Telling("sent", "dunning_1", Channel.EMAIL)]
        await meta("failed", "delivered", code=NOT_ON_WHATSAPP)
        assert await stands(desk, subscription) == ("sent", Channel.EMAIL, "accepted")
        assert await desk.deliver() == []
        assert (len(desk.sink.letters), len(desk.whatsapp.messages)) == (1, 1)

    async def test_is_not_counted_as_another_nudge(self, desk, meta, clock):
        await told(desk)
        await meta("failed", code=NOT_ON_WHATSAPP)
        clock.advance(TimeDelta(hours=1))
        assert await desk.deliver() == [Telling("sent", "dunning_1", Channel.EMAIL)]

    async def test_is_found_by_its_name_at_whatsapp_when_ours_is_left_out(self, desk, meta):
        subscription = await told(desk)
        resolver = MessageResolver(desk.recovery.admin, desk.recovery.contexts.mode)
        [message] = await desk.messages(subscription)
        found = await resolver.resolve(reference="", provider_id=message.provider_id)
        assert (found.tenant_id, found.message_id) == (desk.tenant.id, message.id)
        assert await resolver.resolve(reference="nobody's", provider_id="wamid.nobody") is None


async def way_of_another(desk, *, hours=24):
    """By which way another merchant's message of the same person leaves; they are told on different days."""
    other = await desk.of_another_merchant()
    desk.clock.advance(TimeDelta(hours=hours))
    await other.asked(NO_FUNDS, phone=PHONE, has_whatsapp_consent=True)
    [telling] = await other.deliver()
    return telling.channel


class TestSomebodyWhoIsNotOnWhatsApp:
    @pytest.mark.parametrize("code", [131026, 131049, 131050])
    @pytest.mark.parametrize("is_told_later", [True, False], ids=["later", "at_once"])
    async def test_is_written_by_e_mail_meanwhile_by_every_merchant(self, desk, meta, code, is_told_later):
        if is_told_later:
            await told(desk)
            await meta("failed", code=code)
        else:
            await told(desk, code)
        assert await way_of_another(desk, hours=23) is Channel.EMAIL

    @pytest.mark.parametrize(("code", "days"), [(131049, 1), (131026, 30)])
    async def test_is_tried_there_again_after_a_while(self, desk, code, days):
        await told(desk, code)
        desk.clock.advance(TimeDelta(hours=24 * (days - 1)))
        assert await way_of_another(desk) is Channel.WHATSAPP

    async def test_is_never_tried_again_who_wants_none(self, desk):
        await told(desk, 131050, 131049)
        desk.clock.advance(TimeDelta(hours=24 * 400))
        assert await way_of_another(desk) is Channel.EMAIL

    @pytest.mark.parametrize("code", [131042, 132001, 131056])
    async def test_is_nobody_whom_a_message_did_not_reach_for_another_reason(self, desk, code):
        await told(desk, code)
        assert await way_of_another(desk) is Channel.WHATSAPP


class TestAPayersWish:
    async def test_stops_every_merchant_on_whatsapp_until_they_wish_otherwise(self, desk, news):
        await told(desk)
        await news.take([], [PayerWish(PHONE, Wish.STOP)])
        assert await way_of_another(desk) is Channel.EMAIL
        await news.take([], [PayerWish("+2348030000000", Wish.START)])
        assert await way_of_another(desk) is Channel.EMAIL
        await news.take([], [PayerWish(PHONE, Wish.START)])
        assert await way_of_another(desk) is Channel.WHATSAPP


class TestNewsThatComesTooEarly:
    async def test_is_to_be_told_again_once_its_sender_has_written_what_came_of_it(self, desk, meta):
        subscription = await desk.asked(NO_FUNDS, phone=PHONE, has_whatsapp_consent=True)
        claimed = await desk.claims.claim(desk.tenant.id, await desk.due())
        [dispatch] = claimed.dispatches
        posted = {dispatch: await desk.post.send(dispatch.subject)}
        await meta("sent")
        with pytest.raises(MessageInFlightError):
            await meta("delivered")
        [message] = await desk.messages(subscription)
        assert message.status is MessageStatus.SENDING
        await desk.settlement.settle(desk.tenant.id, posted)
        await meta("delivered")
        assert await stands(desk, subscription) == ("sent", Channel.WHATSAPP, "delivered")
