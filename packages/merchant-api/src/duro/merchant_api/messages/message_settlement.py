from collections.abc import Mapping
from dataclasses import replace
from typing import assert_never, final

from whenever import Instant

from duro.billing.messages import Deferred, Refused, Sent, Unknown
from duro.db import RepositoryContexts
from duro.db.message_rows import Message, MessageStatus
from duro.db.whatsapp_refusals import WhatsAppRefusal
from duro.kernel import Clock, MessageId, TenantId
from duro.merchant_api.messages.back_off import BackOff
from duro.merchant_api.messages.person_keys import PersonKeys
from duro.merchant_api.messages.telling import Dispatch, Posted, Telling, TellingOutcome
from duro.merchant_api.messages.whatsapp_rest import WhatsAppRest


@final
class MessageSettlement:
    """Transaction two of telling people: what is known of the messages, and the nudges back of those that didn't leave.

    Who can't or won't be reached on WhatsApp is remembered. `word` is what is written down of one that a vendor took.
    """

    def __init__(self, contexts: RepositoryContexts, keys: PersonKeys, *, clock: Clock, word: str) -> None:
        self._contexts = contexts
        self._rest = WhatsAppRest(keys)
        self._clock = clock
        self._word = word
        self._back_off = BackOff()

    async def settle(self, tenant_id: TenantId, posted: Mapping[Dispatch, Posted]) -> dict[MessageId, Telling]:
        """Settle these messages of one tenant together."""
        tellings: dict[MessageId, Telling] = {}
        now = self._clock.now()
        settled: list[Message] = []
        stayed: list[tuple[bytes, Instant]] = []
        refusals: dict[bytes, WhatsAppRefusal] = {}
        for dispatch, result in posted.items():
            found = self._rest.after_each(result.setbacks, phone=dispatch.subject.phone, now=now)
            refusals |= {refusal.person_key: refusal for refusal in found}
            message, outcome = self._settled(dispatch.message, result, now=now)
            settled.append(message)
            tellings[message.id] = Telling(outcome, message.kind, result.channel, result.setbacks)
            if isinstance(result.delivery, Refused | Deferred):
                stayed.extend(dispatch.nudges)
        if settled:
            async with self._contexts.open(tenant_id) as repos:
                await repos.messages.settle(settled)
                if stayed:
                    await repos.nudges.release(stayed)
                if refusals:
                    await repos.whatsapp_refusals.put([refusals[key] for key in sorted(refusals)])
        return tellings

    def _settled(self, message: Message, posted: Posted, *, now: Instant) -> tuple[Message, TellingOutcome]:
        over = replace(message, channel=posted.channel, send_at=None, settled_at=now)
        match posted.delivery:
            case Sent(provider_id):
                sent = replace(over, status=MessageStatus.SENT, outcome=self._word, provider_id=provider_id)
                return sent, TellingOutcome.SENT
            case Refused(trouble, code):
                refused = replace(over, status=MessageStatus.REFUSED, outcome=f"{trouble.value}:{code}")
                return refused, TellingOutcome.REFUSED
            case Unknown():
                return replace(over, status=MessageStatus.UNKNOWN, outcome="unanswered"), TellingOutcome.UNKNOWN
            case Deferred():
                return self._deferred(over, posted.delivery, now=now)
            case _:
                assert_never(posted.delivery)

    def _deferred(self, over: Message, delivery: Deferred, *, now: Instant) -> tuple[Message, TellingOutcome]:
        wait = self._back_off.wait(over.tries, asked=delivery.wait)
        outcome = f"{delivery.trouble.value}:{delivery.code}"
        if wait is None:
            return replace(over, status=MessageStatus.REFUSED, outcome=outcome), TellingOutcome.REFUSED
        waiting = replace(over, status=MessageStatus.PENDING, send_at=now + wait, outcome=outcome, settled_at=None)
        return waiting, TellingOutcome.DEFERRED
