import io

from duro.billing.messages import Sent, Unknown
from duro.whatsapp import ConsoleMessenger, RecordingMessenger


class TestConsoleMessenger:
    async def test_shows_whom_a_message_is_for_and_what_it_says(self, message):
        terminal = io.StringIO()
        messenger = ConsoleMessenger(terminal)
        assert await messenger.send(message(body=("Ngozi\x1b[2J",))) == Sent("01jq3yd4c8f9sr7nq2v0m5k6ab")
        await messenger.send(message(button=None))
        await messenger.close()
        assert terminal.getvalue() == (
            "whatsapp to +2348031234567\n  template duro_dunning_1\n  Ngozi[2J\n  button: pay/abc\n\n"
            "whatsapp to +2348031234567\n  template duro_dunning_1\n  Ngozi\n  ₦5,000.00\n\n"
        )


class TestRecordingMessenger:
    async def test_keeps_what_it_was_asked_to_send_and_answers_as_told(self, message):
        messenger = RecordingMessenger(Unknown("lost"))
        messenger.answer(Sent("x"))
        answers = [await messenger.send(message()) for _ in range(3)]
        await messenger.close()
        assert answers == [Unknown("lost"), Sent("x"), Sent("01jq3yd4c8f9sr7nq2v0m5k6ab")]
        assert messenger.asked == [message()] * 3
