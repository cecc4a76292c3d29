from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, final

from whenever import Instant

from duro.billing.messages import Channel
from duro.db import Repositories, RepositoryContexts
from duro.db.message_resolver import MessageResolver
from duro.db.message_rows import Message, MessageStatus
from duro.db.whatsapp_refusals import WhatsAppRefusals
from duro.kernel import Clock, DomainError, ErrorKind
from duro.merchant_api.messages.person_keys import PersonKeys
from duro.merchant_api.messages.whatsapp_rest import WhatsAppRest
from duro.whatsapp import MessageStatus as Step
from duro.whatsapp import PayerWish, Progress, Wish

_ACCEPTED: Final = "accepted"
_ORDER: Final = (_ACCEPTED, "delivered", "read")


@final
class MessageInFlightError(DomainError):
    """The news is of a message whose sender hasn't written down yet what came of it: it must be told again."""

    def __init__(self) -> None:
        words = "A message is still being sent. Tell it again later."
        super().__init__("message_in_flight", ErrorKind.UNAVAILABLE, words)


@final
@dataclass(frozen=True, slots=True)
class Reported:
    """What the news of a step makes of a message; steps come late, twice and in any order."""

    message: Message
    step: Step

    @property
    def is_too_early(self) -> bool:
        """Say whether the message is still in its sender's hands; that it was accepted they know themselves."""
        return self.message.status is MessageStatus.SENDING and self.step.progress is not Progress.SENT

    def after(self, now: Instant) -> Message | None:
        """Return the message as it stands then, or None if that is as before.

        What never arrived goes by e-mail next, once.
        """
        message = self.message
        if message.status not in {MessageStatus.SENT, MessageStatus.UNKNOWN} or not self._is_by_whatsapp:
            return None
        if self.step.progress is Progress.FAILED:
            return None if self._rank(message.outcome) > 0 else self._failed(now)
        outcome = _ACCEPTED if self.step.progress is Progress.SENT else self.step.progress.value
        if self._rank(outcome) <= self._rank(message.outcome):
            return None
        return replace(
            message,
            status=MessageStatus.SENT,
            channel=Channel.WHATSAPP,
            outcome=outcome,
            provider_id=self.step.provider_id,
        )

    @property
    def _is_by_whatsapp(self) -> bool:
        return self.message.whatsapp_failed_at is None and self.message.channel is not Channel.EMAIL

    def _failed(self, now: Instant) -> Message:
        failure = self.step.failure
        return replace(
            self.message,
            status=MessageStatus.PENDING,
            channel=None,
            send_at=now,
            outcome=None if failure is None else f"{failure.trouble.value}:{failure.code}",
            provider_id=self.step.provider_id,
            settled_at=None,
            whatsapp_failed_at=now,
        )

    @staticmethod
    def _rank(outcome: str | None) -> int:
        return _ORDER.index(outcome) if outcome in _ORDER else -1


@final
class ModeNews:
    """Takes what WhatsApp tells of messages of one mode, and what people there wish."""

    def __init__(
        self,
        resolver: MessageResolver,
        contexts: RepositoryContexts,
        refusals: WhatsAppRefusals,
        keys: PersonKeys,
        *,
        clock: Clock,
    ) -> None:
        self._resolver = resolver
        self._contexts = contexts
        self._refusals = refusals
        self._keys = keys
        self._rest = WhatsAppRest(keys)
        self._clock = clock

    async def take(self, step: Step) -> bool | None:
        """Say whether it is taken or has to be told again; None if no message of this mode is meant."""
        found = await self._resolver.resolve(reference=step.reference, provider_id=step.provider_id)
        if found is None:
            return None
        async with self._contexts.open(found.tenant_id) as repos:
            message = await repos.messages.lock(found.message_id)
            if message is None:
                return None
            reported = Reported(message, step)
            if reported.is_too_early:
                return False
            now = self._clock.now()
            after = reported.after(now)
            if after is not None:
                await repos.messages.report(after)
                await self._remember(repos, message, step, now=now)
        return True

    async def heed(self, wish: PayerWish) -> None:
        """Let every merchant leave somebody alone on WhatsApp who asks for that, until they ask otherwise."""
        key = self._keys.of_phone(wish.phone)
        match wish.wish:
            case Wish.STOP:
                await self._refusals.put(key)
            case Wish.START:
                await self._refusals.forget(key)

    async def _remember(self, repos: Repositories, message: Message, step: Step, *, now: Instant) -> None:
        customer = await repos.customers.get(message.customer_id) if step.failure is not None else None
        if step.failure is not None and customer is not None:
            refusals = self._rest.after(step.failure.code, phone=customer.phone, now=now)
            if refusals:
                await repos.whatsapp_refusals.put(refusals)


@final
class WhatsAppNews:
    """Takes what WhatsApp tells of messages it has accepted, whichever mode they are of."""

    def __init__(self, modes: Sequence[ModeNews]) -> None:
        self._modes = tuple(modes)

    async def take(self, steps: Sequence[Step], wishes: Sequence[PayerWish] = ()) -> None:
        """Take what is of our messages; of strange ones there is nothing to know. A wish concerns every merchant.

        Raise MessageInFlightError, once all others are taken, if some came too early.
        """
        for wish in wishes:
            for mode in self._modes:
                await mode.heed(wish)
        taken = [await self._taken(step) for step in steps]
        if not all(taken):
            raise MessageInFlightError

    async def _taken(self, step: Step) -> bool:
        for mode in self._modes:
            taken = await mode.take(step)
            if taken is not None:
                return taken
        return True
