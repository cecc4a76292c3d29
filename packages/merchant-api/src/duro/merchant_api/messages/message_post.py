from typing import assert_never, final

from duro.billing.messages import Channel, Deferred, Delivery, Reach, Refused, Trouble
from duro.db.message_rows import MessageSubject
from duro.kernel import DomainError
from duro.merchant_api.messages.back_off import BackOff
from duro.merchant_api.messages.message_writer import MessageWriter
from duro.merchant_api.messages.telling import Posted, Setback
from duro.merchant_api.messages.transports import Transports


@final
class MessagePost:
    """Hands messages over: by the first way to the person that is open.

    A way that is shut because of us won't open before somebody mends it, so the next one is taken at once; any other
    that takes nothing now is waited for until the back-off is spent.
    """

    def __init__(self, writer: MessageWriter, transports: Transports) -> None:
        self._writer = writer
        self._transports = transports
        self._back_off = BackOff()

    async def send(self, subject: MessageSubject) -> Posted:
        """Send it, by WhatsApp where there is consent and a phone, else or when that is shut by e-mail."""
        is_on_whatsapp = subject.has_whatsapp_consent and subject.message.whatsapp_failed_at is None
        reach = Reach(email=subject.email, phone=subject.phone, has_whatsapp_consent=is_on_whatsapp)
        posted = Posted(None, Refused(Trouble.RECIPIENT, "no_channel", "No way to this person is open."))
        for channel in reach.channels:
            if self._transports.has(channel):
                delivery = await self._over(channel, subject)
                posted = self._after(posted, channel, delivery)
                if not self._is_shut(delivery, tries=subject.message.tries):
                    break
        return posted

    def _is_shut(self, delivery: Delivery, *, tries: int) -> bool:
        """Say whether another way is to be taken."""
        match delivery:
            case Refused():
                return True
            case Deferred(trouble):
                return trouble is Trouble.SENDER or self._back_off.is_spent(tries)
            case _:
                return False

    @staticmethod
    def _after(before: Posted, channel: Channel, delivery: Delivery) -> Posted:
        """Note what came of one more way; as long as an earlier one may open later, a refusal is not the end."""
        if not isinstance(delivery, Refused | Deferred):
            return Posted(channel, delivery, before.setbacks)
        setbacks = (*before.setbacks, Setback(channel, delivery.trouble, delivery.code))
        if isinstance(delivery, Refused) and isinstance(before.delivery, Deferred):
            return Posted(before.channel, before.delivery, setbacks)
        return Posted(channel, delivery, setbacks)

    async def _over(self, channel: Channel, subject: MessageSubject) -> Delivery:
        match channel:
            case Channel.WHATSAPP:
                return await self._by_whatsapp(subject)
            case Channel.EMAIL:
                return await self._by_email(subject)
            case _:
                assert_never(channel)

    async def _by_whatsapp(self, subject: MessageSubject) -> Delivery:
        message, messenger = self._writer.whatsapp(subject), self._transports.messenger
        if message is None or messenger is None:
            return Refused(Trouble.CONTENT, "no_template", "No approved template can tell this.")
        return await messenger.send(message)

    async def _by_email(self, subject: MessageSubject) -> Delivery:
        mailer = self._transports.mailer
        try:
            email = self._writer.email(subject)
        except DomainError as error:
            return Refused(Trouble.CONTENT, error.code, str(error))
        if mailer is None:
            return Refused(Trouble.SENDER, "no_mailer", "There is no mail server.")
        return await mailer.send(email)
