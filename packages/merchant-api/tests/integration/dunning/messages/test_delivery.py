import re

import pytest
from whenever import Instant, Time, TimeDelta

from duro.billing.messages import Channel, QuietHours, Trouble
from duro.crypto import Uuid7IdFactory
from duro.db.message_rows import MessageStatus
from duro.db.recovery_settings import RecoverySettings
from duro.merchant_api.messages import Setback, Telling
from duro.merchant_api.subscriptions import CancelSubscription, CancelSubscriptionCommand
from duro.merchant_api.test_clocks import CreateTestClock, CreateTestClockCommand
from duro.payments import Declined
from duro.testkit import MailAnswer, WhatsAppAnswer

NO_FUNDS = Declined("51", "Insufficient funds", None)
EXPIRED = Declined("54", "Expired card", None)
STOLEN = Declined("43", "Stolen card", None)
PHONE = "+2348031234567"
HOUR = TimeDelta(hours=1)
MINUTE = TimeDelta(minutes=1)


async def only(desk, subscription):
    [message] = await desk.messages(subscription)
    return message


class TestAMessage:
    async def test_arrives_by_e_mail_in_words_for_its_payer(self, desk):
        subscription = await desk.asked(NO_FUNDS)
        message = await only(desk, subscription)
        assert await desk.deliver() == [Telling("sent", "dunning_1", Channel.EMAIL)]
        [letter] = desk.sink.letters
        assert (letter.recipient, letter.message_id) == ("ngozi@example.com", f"<{message.reference}@duro.example>")
        assert "₦5,000.00 for Weekly lunches" in letter.text
        assert message.facts.reason in letter.text
        [link] = re.findall(r"https://pay\.example\.com/pay/\S+", letter.text)
        opened = desk.opened(link)
        assert (opened.tenant_id, opened.mode) == (desk.tenant.id, desk.recovery.contexts.mode)
        assert (opened.subject, opened.expires_at) == (message.invoice_id, message.created_at + HOUR * 24 * 60)
        case = await desk.recovery.case(subscription)
        local = case.next_attempt_at.to_tz("Africa/Lagos")
        assert f"at {local.hour:02}:{local.minute:02}" in letter.text

    @pytest.mark.parametrize("reply_to", ["help@ada.example.com", None])
    async def test_asks_for_an_answer_only_where_the_merchant_gets_it(self, desk, clock, reply_to):
        async with desk.recovery.contexts.open(desk.tenant.id) as repos:
            settings = RecoverySettings(reply_to=reply_to)
            await repos.recovery_settings.put(settings, now=clock.now())
        subscription = await desk.asked(EXPIRED)
        clock.advance(24 * 32 * HOUR)
        await desk.recovery.work(subscription)
        await desk.deliver()
        [letter] = desk.sink.letters
        assert "about to stop" in letter.subject
        assert (letter.message["Reply-To"], "reply to this message" in letter.text) == (
            f"Ada's Kitchen <{reply_to}>" if reply_to else None,
            reply_to is not None,
        )

    async def test_of_a_part_says_what_is_still_owed_and_says_it_by_e_mail(self, desk, clock):
        subscription = await desk.asked(STOLEN, phone=PHONE, has_whatsapp_consent=True)
        [request] = await desk.recovery.asked(subscription)
        await desk.recovery.pay(request, 200_000)
        await desk.recovery.look_after(11 * MINUTE)
        await desk.deliver()
        [letter] = desk.sink.letters
        assert "We received ₦2,000.00 for Weekly lunches." in letter.text
        assert "₦3,000.00 is still to be paid." in letter.text

    async def test_arrives_on_whatsapp_where_there_is_consent_and_a_phone(self, desk):
        await desk.asked(NO_FUNDS, phone=PHONE, has_whatsapp_consent=True)
        assert await desk.deliver() == [Telling("sent", "dunning_1", Channel.WHATSAPP)]
        [message] = desk.whatsapp.messages
        assert (message.to, message.template) == (PHONE[1:], "duro_dunning_1")
        assert desk.sink.letters == []

    @pytest.mark.parametrize("ways", [{"phone": PHONE}, {"has_whatsapp_consent": True}], ids=["no_consent", "no_phone"])
    async def test_goes_by_e_mail_otherwise(self, desk, ways):
        await desk.asked(NO_FUNDS, **ways)
        assert await desk.deliver() == [Telling("sent", "dunning_1", Channel.EMAIL)]
        assert desk.whatsapp.requests == 0

    async def test_takes_the_next_way_when_it_is_refused(self, desk):
        desk.whatsapp.answer(131026)
        subscription = await desk.asked(NO_FUNDS, phone=PHONE, has_whatsapp_consent=True)
        setback = Setback(Channel.WHATSAPP, Trouble.RECIPIENT, "131026")
        assert await desk.deliver() == [Telling("sent", "dunning_1", Channel.EMAIL, (setback,))]
        assert len(desk.sink.letters) == 1
        assert (await only(desk, subscription)).channel is Channel.EMAIL

    @pytest.mark.parametrize("code", [0, 190, 131031, 131042])
    async def test_takes_the_next_way_at_once_while_our_own_account_is_shut(self, desk, code):
        desk.whatsapp.answer(code)
        subscription = await desk.asked(NO_FUNDS, phone=PHONE, has_whatsapp_consent=True)
        setback = Setback(Channel.WHATSAPP, Trouble.SENDER, str(code))
        assert await desk.deliver() == [Telling("sent", "dunning_1", Channel.EMAIL, (setback,))]
        assert (len(desk.sink.letters), (await only(desk, subscription)).outcome) == (1, "accepted")

    async def test_waits_for_our_own_account_where_every_other_way_refuses_it(self, desk, clock):
        desk.whatsapp.answer(131042)
        desk.sink.answer(MailAnswer.REFUSE_PERSON)
        subscription = await desk.asked(NO_FUNDS, phone=PHONE, has_whatsapp_consent=True)
        assert [telling.outcome.value for telling in await desk.deliver()] == ["deferred"]
        assert (await only(desk, subscription)).outcome == "sender:131042"
        clock.advance(MINUTE)
        assert await desk.deliver() == [Telling("sent", "dunning_1", Channel.WHATSAPP)]

    async def test_takes_the_next_way_when_it_has_waited_for_one_long_enough(self, desk, clock):
        desk.whatsapp.answer(*[131016] * 9)
        subscription = await desk.recovery.merchant.subscription()
        await desk.reach(subscription, phone=PHONE, has_whatsapp_consent=True)
        await desk.recovery.billing.renew(desk.tenant.id, subscription.id)
        outcomes = []
        while await desk.due():
            outcomes += [telling.outcome.value for telling in await desk.deliver()]
            clock.advance(24 * HOUR)
        assert outcomes == ["deferred"] * 8 + ["sent"]
        assert (desk.whatsapp.requests, len(desk.sink.letters)) == (9, 1)

    async def test_is_refused_when_no_way_is_left(self, desk):
        desk.sink.answer(MailAnswer.REFUSE_PERSON)
        subscription = await desk.asked(NO_FUNDS)
        setback = Setback(Channel.EMAIL, Trouble.RECIPIENT, "550")
        assert await desk.deliver() == [Telling("refused", "dunning_1", Channel.EMAIL, (setback,))]
        message = await only(desk, subscription)
        assert (message.status, message.outcome, message.send_at) == (MessageStatus.REFUSED, "recipient:550", None)

    async def test_that_certainly_did_not_leave_is_sent_later(self, desk, clock):
        desk.sink.answer(MailAnswer.DEFER, MailAnswer.DEFER)
        subscription = await desk.asked(NO_FUNDS)
        for wait in (MINUTE, 5 * MINUTE):
            setback = Setback(Channel.EMAIL, Trouble.OUTAGE, "451")
            assert await desk.deliver() == [Telling("deferred", "dunning_1", Channel.EMAIL, (setback,))]
            message = await only(desk, subscription)
            assert (message.status, message.send_at) == (MessageStatus.PENDING, clock.now() + wait)
            assert await desk.due() == []
            clock.advance(wait)
        assert await desk.deliver() == [Telling("sent", "dunning_1", Channel.EMAIL)]
        assert len(desk.sink.letters) == 1

    async def test_is_given_up_after_days_without_a_server(self, desk, clock):
        desk.sink.answer(*[MailAnswer.DEFER] * 9)
        subscription = await desk.recovery.merchant.subscription()
        await desk.recovery.billing.renew(desk.tenant.id, subscription.id)
        outcomes = []
        while await desk.due():
            outcomes += [telling.outcome.value for telling in await desk.deliver()]
            clock.advance(24 * HOUR)
        assert outcomes == ["deferred"] * 8 + ["refused"]
        assert (await only(desk, subscription)).outcome == "outage:451"

    @pytest.mark.parametrize("answer", [MailAnswer.DROP, MailAnswer.BABBLE])
    async def test_that_may_have_left_is_never_sent_again(self, desk, clock, answer):
        desk.sink.answer(answer)
        subscription = await desk.recovery.merchant.subscription()
        await desk.recovery.billing.renew(desk.tenant.id, subscription.id)
        [telling] = await desk.deliver()
        if answer is MailAnswer.DROP:
            assert telling == Telling("unknown", "receipt", Channel.EMAIL)
            assert (await only(desk, subscription)).status is MessageStatus.UNKNOWN
        clock.advance(48 * HOUR)
        assert await desk.due() == []
        assert len(desk.sink.letters) == 1

    async def test_of_which_whatsapp_says_nothing_is_not_sent_by_e_mail_either(self, desk):
        desk.whatsapp.answer(WhatsAppAnswer.GARBLE)
        await desk.asked(NO_FUNDS, phone=PHONE, has_whatsapp_consent=True)
        assert await desk.deliver() == [Telling("unknown", "dunning_1", Channel.WHATSAPP)]
        assert desk.sink.letters == []


class TestASecondLook:
    async def test_drops_a_request_whose_case_is_closed(self, desk, clock):
        subscription = await desk.asked(NO_FUNDS)
        act = CancelSubscription(desk.recovery.contexts, Uuid7IdFactory(clock), clock)
        await act.execute(desk.tenant.id, CancelSubscriptionCommand(subscription_id=subscription.id))
        tellings = await desk.deliver()
        assert sorted(telling.outcome.value for telling in tellings) == ["dropped", "sent"]
        told = {message.kind.value: (message.status, message.outcome) for message in await desk.messages(subscription)}
        assert told == {
            "dunning_1": (MessageStatus.DROPPED, "case_closed"),
            "cancellation": (MessageStatus.SENT, "accepted"),
        }
        assert [letter.subject for letter in desk.sink.letters] == ["Your subscription to Weekly lunches is canceled"]

    async def test_drops_a_request_that_a_later_one_has_overtaken_while_it_waited_for_its_day(self, desk, clock):
        subscription = await desk.asked(NO_FUNDS, NO_FUNDS, NO_FUNDS, NO_FUNDS)
        assert [telling.outcome.value for telling in await desk.deliver()] == ["sent"]
        for _ in range(3):
            clock.advance(HOUR)
            await desk.recovery.retry_now(subscription)
            await desk.recovery.work(subscription)
        clock.advance(24 * HOUR)
        for _ in range(3):
            await desk.deliver()
            clock.advance(24 * HOUR)
        told = [(message.kind.value, message.outcome) for message in await desk.messages(subscription)]
        assert told == [
            ("dunning_1", "accepted"),
            ("dunning_2", "overtaken"),
            ("dunning_3", "overtaken"),
            ("dunning_3", "accepted"),
        ]

    @pytest.mark.parametrize("is_at_once", [True, False], ids=["at_once", "at_the_end"])
    async def test_does_not_say_that_all_carries_on_when_it_was_canceled_before_the_morning(
        self, desk, clock, is_at_once
    ):
        clock.set(Instant.from_utc(2026, 4, 1, 22))
        subscription = await desk.asked(NO_FUNDS)
        await desk.recovery.retry_now(subscription)
        await desk.deliver()
        act = CancelSubscription(desk.recovery.contexts, Uuid7IdFactory(clock), clock)
        command = CancelSubscriptionCommand(subscription_id=subscription.id, at_period_end=not is_at_once)
        await act.execute(desk.tenant.id, command)
        clock.set(Instant.from_utc(2026, 4, 2, 7))
        await desk.deliver()
        outcomes = {message.kind.value: message.outcome for message in await desk.messages(subscription)}
        assert (outcomes["receipt"], outcomes["payment_recovered"]) == ("accepted", "not_renewing")

    async def test_drops_a_request_whose_case_rests(self, desk):
        subscription = await desk.asked(NO_FUNDS)
        case = await desk.recovery.case(subscription)
        await desk.recovery.pauses.pause(desk.tenant.id, case.id)
        assert [telling.outcome.value for telling in await desk.deliver()] == ["dropped"]
        assert (await only(desk, subscription)).outcome == "case_paused"


class TestQuietHours:
    @pytest.mark.parametrize(
        ("at", "leaves_at"),
        [
            (Instant.from_utc(2026, 4, 1, 19, 59), None),
            (Instant.from_utc(2026, 4, 1, 20), Instant.from_utc(2026, 4, 2, 7)),
            (Instant.from_utc(2026, 4, 2, 3), Instant.from_utc(2026, 4, 2, 7)),
            (Instant.from_utc(2026, 4, 2, 7), None),
        ],
        ids=["before", "evening", "night", "after"],
    )
    async def test_postpone_a_request_to_the_morning_of_its_payer(self, desk, clock, at, leaves_at):
        clock.set(at)
        subscription = await desk.asked(NO_FUNDS)
        [telling] = await desk.deliver()
        if leaves_at is None:
            assert telling.outcome == "sent"
            return
        assert telling.outcome == "postponed"
        assert (await only(desk, subscription)).send_at == leaves_at
        clock.set(leaves_at - TimeDelta(microseconds=1))
        assert await desk.due() == []
        clock.set(leaves_at)
        assert [each.outcome for each in await desk.deliver()] == ["sent"]

    async def test_are_the_merchants(self, desk, clock):
        clock.set(Instant.from_utc(2026, 4, 1, 3))
        async with desk.recovery.contexts.open(desk.tenant.id) as repos:
            settings = RecoverySettings(quiet_hours=QuietHours(Time(5), Time(5)))
            await repos.recovery_settings.put(settings, now=clock.now())
        await desk.asked(NO_FUNDS)
        assert [each.outcome for each in await desk.deliver()] == ["sent"]

    async def test_let_a_receipt_through(self, desk, clock):
        clock.set(Instant.from_utc(2026, 4, 1, 3))
        subscription = await desk.recovery.merchant.subscription()
        await desk.recovery.billing.renew(desk.tenant.id, subscription.id)
        assert [each.outcome for each in await desk.deliver()] == ["sent"]


class TestNudges:
    @pytest.mark.parametrize(
        ("first", "second"),
        [
            ({"email": "a@example.com"}, {"email": "A@example.com"}),
            ({"email": "a@example.com", "phone": PHONE}, {"email": "b@example.com", "phone": PHONE}),
        ],
        ids=["e-mail", "phone"],
    )
    async def test_of_all_merchants_together_are_one_a_day_for_a_person(self, desk, clock, first, second):
        other = await desk.of_another_merchant()
        await desk.asked(NO_FUNDS, **first)
        subscription = await other.asked(NO_FUNDS, **second)
        assert [each.outcome for each in await desk.deliver()] == ["sent"]
        assert [each.outcome for each in await other.deliver()] == ["postponed"]
        assert (await only(other, subscription)).send_at == Instant.from_utc(2026, 4, 1, 7)
        clock.set(Instant.from_utc(2026, 4, 1, 7))
        assert [each.outcome for each in await other.deliver()] == ["sent"]

    async def test_of_one_claim_are_counted_too(self, desk):
        await desk.asked(NO_FUNDS)
        await desk.asked(NO_FUNDS)
        assert sorted(each.outcome for each in await desk.deliver()) == ["postponed", "sent"]

    async def test_of_different_people_do_not_count_for_one_another(self, desk):
        await desk.asked(NO_FUNDS, email="a@example.com")
        await desk.asked(NO_FUNDS, email="b@example.com")
        assert [each.outcome for each in await desk.deliver()] == ["sent", "sent"]

    async def test_that_did_not_leave_are_taken_back(self, desk):
        desk.sink.answer(MailAnswer.REFUSE_LETTER)
        other = await desk.of_another_merchant()
        await desk.asked(NO_FUNDS)
        await other.asked(NO_FUNDS)
        assert [each.outcome for each in await desk.deliver()] == ["refused"]
        assert [each.outcome for each in await other.deliver()] == ["sent"]

    async def test_that_may_have_left_count(self, desk):
        desk.sink.answer(MailAnswer.DROP)
        other = await desk.of_another_merchant()
        await desk.asked(NO_FUNDS)
        await other.asked(NO_FUNDS)
        assert [each.outcome for each in await desk.deliver()] == ["unknown"]
        assert [each.outcome for each in await other.deliver()] == ["postponed"]

    async def test_leave_no_name_behind(self, desk):
        await desk.asked(NO_FUNDS, phone=PHONE)
        await desk.deliver()
        async with desk.recovery.admin.acquire() as connection:
            rows = await connection.fetch("select * from common.nudges")
        assert [(row["mode"], len(row["person_key"])) for row in rows] == [("test", 32)] * 2


class TestAPersonOnATestClock:
    async def test_is_never_told_and_what_they_would_be_told_can_be_read(self, desk, clock):
        subscription = await desk.recovery.declined(NO_FUNDS)
        ids = Uuid7IdFactory(clock)
        made = await CreateTestClock(desk.recovery.contexts, ids, clock).execute(
            desk.tenant.id, CreateTestClockCommand(name="Next year", now=clock.now())
        )
        async with desk.recovery.admin.acquire() as connection:
            await connection.execute("update test.customers set test_clock_id = $1", made.id.value)
        await desk.recovery.work(subscription)
        message = await only(desk, subscription)
        assert (message.status, message.outcome, message.settled_at) == (
            MessageStatus.DROPPED,
            "test_clock",
            clock.now(),
        )
        assert await desk.due() == []
