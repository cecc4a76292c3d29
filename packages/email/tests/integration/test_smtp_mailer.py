import asyncio
from dataclasses import replace

import pytest

from duro.billing.messages import Deferred, Refused, Sent, Trouble, Unknown
from duro.email import Mailbox, SmtpMailer, SmtpSecurity
from duro.testkit import Deadline, MailAnswer


@pytest.fixture
def mailer(mail_sink):
    return SmtpMailer(mail_sink.settings(), trust=mail_sink.trust)


class TestSmtpMailer:
    @pytest.mark.parametrize("security", SmtpSecurity)
    async def test_sends_a_letter_whole_on_every_kind_of_way(self, mail_sink, letter, security):
        password = "" if security is SmtpSecurity.PLAIN else mail_sink.PASSWORD
        mailer = SmtpMailer(mail_sink.settings(security, password=password), trust=mail_sink.trust)
        assert await mailer.send(letter()) == Sent("2.0.0 OK: kept")
        [arrived] = mail_sink.letters
        assert arrived.sender == "billing@shop.example"
        assert arrived.recipient == "ngozi@example.com"
        assert arrived.subject == "Your receipt: ₦5,000.00"
        assert arrived.message_id == "<01jq3yd4c8f9sr7nq2v0m5k6ab@shop.example>"
        assert arrived.text == letter().text
        assert arrived.html.strip() == letter().html
        assert str(arrived.message["To"]) == "Ngozi Okafor <ngozi@example.com>"
        assert arrived.username == (mail_sink.USERNAME if password else None)

    async def test_defers_what_the_server_wants_later(self, mail_sink, mailer, letter):
        mail_sink.answer(MailAnswer.DEFER)
        assert await mailer.send(letter()) == Deferred(Trouble.OUTAGE, "451", "4.7.1 Come again later")
        assert isinstance(await mailer.send(letter()), Sent)

    @pytest.mark.parametrize(
        ("answer", "result"),
        [
            (MailAnswer.REFUSE_PERSON, Refused(Trouble.RECIPIENT, "550", "5.1.1 Nobody of that name")),
            (MailAnswer.REFUSE_LETTER, Refused(Trouble.CONTENT, "554", "5.6.0 We don't take such letters")),
            (MailAnswer.REFUSE_LATE, Refused(Trouble.RECIPIENT, "550", "5.2.1 This box is closed")),
            (MailAnswer.REFUSE_SENDER, Deferred(Trouble.SENDER, "553", "5.7.1 This sender isn't yours")),
            (MailAnswer.REFUSE_RELAY, Deferred(Trouble.SENDER, "554", "5.7.1 Relay access denied")),
            (MailAnswer.DEFER_LETTER, Deferred(Trouble.OUTAGE, "452", "4.3.1 Too little room")),
        ],
    )
    async def test_says_whose_matter_a_refusal_is(self, mail_sink, mailer, letter, answer, result):
        mail_sink.answer(answer)
        assert await mailer.send(letter()) == result
        assert not mail_sink.letters

    @pytest.mark.parametrize("answer", [MailAnswer.DROP, MailAnswer.BABBLE])
    async def test_does_not_know_of_a_letter_that_was_handed_over_and_not_answered_for(
        self, mail_sink, mailer, letter, answer
    ):
        mail_sink.answer(answer)
        result = await mailer.send(letter())
        assert isinstance(result, Unknown)
        assert [arrived.message_id for arrived in mail_sink.letters] == ["<01jq3yd4c8f9sr7nq2v0m5k6ab@shop.example>"]

    async def test_does_not_know_of_a_letter_whose_answer_never_came(self, mail_sink, letter):
        for seconds in (1, 5, 25):
            mail_sink.answer(MailAnswer.HANG)
            mailer = SmtpMailer(mail_sink.settings(timeout_seconds=seconds), trust=mail_sink.trust)
            result = await mailer.send(letter())
            if mail_sink.letters:
                break
        assert isinstance(result, Unknown)
        assert mail_sink.letters

    @pytest.mark.parametrize("answer", [MailAnswer.HANG_UP, MailAnswer.HANG_EARLY])
    async def test_knows_that_a_letter_is_still_here_if_the_way_broke_before_it_was_handed_over(
        self, mail_sink, letter, answer
    ):
        mail_sink.answer(answer)
        mailer = SmtpMailer(mail_sink.settings(timeout_seconds=1), trust=mail_sink.trust)
        result = await mailer.send(letter())
        assert isinstance(result, Deferred)
        assert result.trouble is Trouble.OUTAGE
        assert not mail_sink.letters

    async def test_counts_a_wrong_password_as_our_own_trouble(self, mail_sink, letter):
        mailer = SmtpMailer(mail_sink.settings(password="wrong"), trust=mail_sink.trust)
        result = await mailer.send(letter())
        assert isinstance(result, Deferred)
        assert (result.trouble, result.code) == (Trouble.SENDER, "535")
        assert "wrong" not in result.reason

    async def test_sends_nothing_to_a_server_it_can_not_trust(self, mail_sink, letter):
        result = await SmtpMailer(mail_sink.settings()).send(letter())
        assert isinstance(result, Deferred)
        assert not mail_sink.letters

    async def test_sends_nothing_where_nobody_listens(self, mail_sink, letter):
        nowhere = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
        port = nowhere.sockets[0].getsockname()[1]
        nowhere.close()
        await nowhere.wait_closed()
        mailer = SmtpMailer(replace(mail_sink.settings(), port=port), trust=mail_sink.trust)
        assert isinstance(await mailer.send(letter()), Deferred)

    async def test_refuses_what_can_not_be_written_before_it_calls_anybody(self, mail_sink, mailer, letter):
        result = await mailer.send(letter(to=Mailbox("nobody")))
        assert isinstance(result, Refused)
        assert (result.trouble, result.code) == (Trouble.RECIPIENT, "unwritable")
        assert not mail_sink.connections

    async def test_holds_no_more_connections_than_it_may(self, mail_sink, letter):
        mail_sink.answer(MailAnswer.HANG, MailAnswer.HANG)
        settings = replace(mail_sink.settings(timeout_seconds=20), connections=2)
        mailer = SmtpMailer(settings, trust=mail_sink.trust)
        sending = [asyncio.create_task(mailer.send(letter(reference=f"r{number}"))) for number in range(3)]
        await Deadline(10).until(lambda: len(mail_sink.letters) == 2, "two letters arriving")
        assert mail_sink.connections == 2
        for task in sending[:2]:
            task.cancel()
        assert isinstance(await sending[2], Sent)
        assert mail_sink.connections == 3
