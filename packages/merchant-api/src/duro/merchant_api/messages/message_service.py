import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Final, final

from duro.kernel import MessageId, TenantId
from duro.merchant_api.messages.message_claims import MessageClaims
from duro.merchant_api.messages.message_post import MessagePost
from duro.merchant_api.messages.message_settlement import MessageSettlement
from duro.merchant_api.messages.telling import Dispatch, Posted, Telling

_LINGER_SECONDS: Final = 0.005


@final
class MessageService:
    """Tells people what was written down for them, at most once: claim, send in no transaction, settle."""

    def __init__(self, claims: MessageClaims, post: MessagePost, settlement: MessageSettlement) -> None:
        self._claims = claims
        self._post = post
        self._settlement = settlement

    async def deliver(self, tenant_id: TenantId, message_id: MessageId) -> Telling:
        """Look at one message, and send it if it may leave now."""
        told = {one: telling async for one, telling in self.deliver_each(tenant_id, [message_id])}
        return told[message_id]

    async def deliver_each(
        self, tenant_id: TenantId, ids: Sequence[MessageId]
    ) -> AsyncGenerator[tuple[MessageId, Telling]]:
        """Look at messages of one tenant with one claim for all, and tell of each as soon as it is settled.

        What went wrong inside this process is raised at the end, as an ExceptionGroup: nobody knows whether those
        messages left.
        """
        claimed = await self._claims.claim(tenant_id, ids)
        sending = {asyncio.create_task(self._post.send(each.subject)): each for each in claimed.dispatches}
        taken_on = {dispatch.message.id for dispatch in claimed.dispatches}
        errors: list[Exception] = []
        try:
            for message_id, telling in claimed.tellings.items():
                if message_id not in taken_on:
                    yield message_id, telling
            while sending:
                await asyncio.wait(sending, return_when=asyncio.FIRST_COMPLETED)
                done, _ = await asyncio.wait(sending, timeout=_LINGER_SECONDS)
                answered = {task: sending.pop(task) for task in done}
                tellings = await self._settlement.settle(tenant_id, self._posted(answered, errors))
                for message_id, telling in tellings.items():
                    yield message_id, telling
            if errors:
                message = "Some messages failed in this process; nobody knows whether they left."
                raise ExceptionGroup(message, errors)
        finally:
            for task in sending:
                task.cancel()

    @staticmethod
    def _posted(answered: Mapping[asyncio.Task[Posted], Dispatch], errors: list[Exception]) -> dict[Dispatch, Posted]:
        posted: dict[Dispatch, Posted] = {}
        for task, dispatch in answered.items():
            match task.exception():
                case None:
                    posted[dispatch] = task.result()
                case Exception() as error:
                    errors.append(error)
                case fatal:
                    raise fatal
        return posted
