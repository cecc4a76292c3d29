import io

from duro.billing.messages import Sent, Unknown
from duro.email import ConsoleMailer, RecordingMailer


class TestConsoleMailer:
    async def test_shows_whom_an_email_is_for_its_subject_and_its_text(self, letter):
        terminal = io.StringIO()
        assert await ConsoleMailer(terminal).send(letter(text="Thank you.\n\nBye \x1b[31mred\n")) == Sent(
            "01jq3yd4c8f9sr7nq2v0m5k6ab"
        )
        assert terminal.getvalue() == (
            "e-mail to ngozi@example.com\n  Your receipt: ₦5,000.00\n  Thank you.\n  \n  Bye [31mred\n\n"
        )


class TestRecordingMailer:
    async def test_keeps_what_it_was_asked_to_send_and_answers_as_told(self, letter):
        mailer = RecordingMailer(Unknown("lost"))
        mailer.answer(Sent("x"))
        answers = [await mailer.send(letter()) for _ in range(3)]
        assert answers == [Unknown("lost"), Sent("x"), Sent("01jq3yd4c8f9sr7nq2v0m5k6ab")]
        assert mailer.asked == [letter()] * 3
