from dataclasses import dataclass, replace
from typing import Final, final

from whenever import TimeDelta

from duro.billing.messages import MessageKind
from duro.crypto import LinkPurpose, LinkSigner, PayerLink
from duro.db import PageRequest, RepositoryContexts
from duro.db.overview import Happening, Overview, Told
from duro.db.records import AttemptStatus
from duro.kernel import Clock, InvoiceId, Mode, SubscriptionId, TenantId

_GOOD_FOR: Final = TimeDelta(hours=24 * 60)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class PayerPages:
    """The pages of the demo merchant's payers, by links such as their messages have."""

    base: str
    signer: LinkSigner
    tenant_id: TenantId
    clock: Clock

    async def first(self, contexts: RepositoryContexts) -> str:
        """Return where the payer of the newest subscription can change how they pay; nothing without one."""
        async with contexts.open(self.tenant_id) as repositories:
            page = await repositories.subscriptions.list(PageRequest(1))
        return self._link(LinkPurpose.UPDATE, page.items[0].id) if page.items else ""

    def named_in(self, overview: Overview) -> Overview:
        """Name with each charge that was declined, and each message that asks for money, where its payer can pay."""
        return replace(
            overview,
            happenings=tuple(self._of_happening(happening) for happening in overview.happenings),
            told=tuple(self._of_message(told) for told in overview.told),
        )

    def _of_happening(self, happening: Happening) -> Happening:
        if happening.invoice_id is None or happening.outcome != AttemptStatus.FAILED:
            return happening
        return replace(happening, page=self._link(LinkPurpose.PAY, happening.invoice_id))

    def _of_message(self, told: Told) -> Told:
        if told.invoice_id is None or not MessageKind(told.kind).asks_for_payment:
            return told
        return replace(told, page=self._link(LinkPurpose.PAY, told.invoice_id))

    def _link(self, purpose: LinkPurpose, subject: InvoiceId | SubscriptionId) -> str:
        link = PayerLink(
            purpose=purpose,
            mode=Mode.TEST,
            tenant_id=self.tenant_id,
            subject=subject,
            expires_at=self.clock.now() + _GOOD_FOR,
        )
        return f"{self.base}{purpose.value}/{self.signer.sign(link)}"
