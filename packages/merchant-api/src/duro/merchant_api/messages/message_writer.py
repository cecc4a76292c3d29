from dataclasses import dataclass
from typing import Final, final

from whenever import TimeDelta

from duro.billing import Zone
from duro.billing.messages import MergeTags, MessageKind
from duro.crypto import LinkPurpose, LinkSigner, PayerLink
from duro.db.message_rows import MessageSubject
from duro.email import Mailbox, OutboundEmail, PayerFormat, TemplateOverride, TemplateRenderer
from duro.whatsapp import PayerTemplates, TemplateMessage

_GOOD_FOR: Final = TimeDelta(hours=24 * 60)
_NO_WAY_TO_PAY: Final = "No way to pay is saved that can be charged then. Please add one before that day."


@final
@dataclass(frozen=True, slots=True)
class Stationery:
    """Whose letters these are, and where their links lead: without a base there are no links.

    A link is signed and good for 60 days from when its message was written, which gives it the same one however often
    it is tried.
    """

    sender: str
    signer: LinkSigner
    link_base: str = ""

    def link(self, purpose: LinkPurpose, subject: MessageSubject) -> str:
        """Return the address of a payer's page about an invoice, or else about a subscription."""
        message = subject.message
        about = message.invoice_id or message.subscription_id
        if not self.link_base or about is None:
            return ""
        link = PayerLink(
            purpose=purpose,
            mode=subject.mode,
            tenant_id=subject.tenant_id,
            subject=about,
            expires_at=message.created_at + _GOOD_FOR,
        )
        return f"{self.link_base}{purpose.value}/{self.signer.sign(link)}"


@final
class MessageWriter:
    """Puts a message into the merchant's words or else the usual ones, for a letter or for WhatsApp."""

    def __init__(self, stationery: Stationery, renderer: TemplateRenderer, templates: PayerTemplates) -> None:
        self._stationery = stationery
        self._renderer = renderer
        self._templates = templates
        self._format = PayerFormat()

    def email(self, subject: MessageSubject) -> OutboundEmail:
        message = subject.message
        own = None if self._wants_way_to_pay(subject) else subject.letter
        override = None if own is None else TemplateOverride(own.subject, own.html, own.text)
        written = self._renderer.render(message.kind, self._tags(subject), override, reply_to=subject.reply_to or "")
        return OutboundEmail(
            reference=message.reference,
            written_at=message.created_at,
            to=Mailbox(subject.email, subject.customer_name or ""),
            sender=Mailbox(self._stationery.sender, subject.store_name),
            subject=written.subject,
            html=written.html,
            text=written.text,
            reply_to=None if subject.reply_to is None else Mailbox(subject.reply_to, subject.store_name),
        )

    def whatsapp(self, subject: MessageSubject) -> TemplateMessage | None:
        """Return None for what no approved template can tell."""
        message = subject.message
        if self._wants_way_to_pay(subject) or message.facts.owed is not None:
            return None
        return self._templates.message(
            message.kind,
            self._tags(subject),
            reference=message.reference,
            to=subject.phone or "",
            name=subject.whatsapp_template,
        )

    def _tags(self, subject: MessageSubject) -> MergeTags:
        message, matter = subject.message, subject.matter
        facts, zone = message.facts, Zone(subject.zone)
        amount, next_attempt_at = facts.amount, facts.next_attempt_at
        if matter is not None and message.kind.asks_for_payment:
            amount, next_attempt_at = matter.owed, matter.next_attempt_at
        return MergeTags(
            store_name=subject.store_name,
            customer_name=subject.customer_name or "",
            plan_name=subject.plan_name or "",
            amount="" if amount is None else self._format.money(amount),
            invoice_id="" if message.invoice_id is None else str(message.invoice_id),
            next_attempt="" if next_attempt_at is None else self._format.moment(next_attempt_at, zone),
            reason=self._reason(subject),
            update_link=self._stationery.link(LinkPurpose.UPDATE, subject),
            pay_link=self._stationery.link(LinkPurpose.PAY, subject) if message.invoice_id is not None else "",
        )

    def _reason(self, subject: MessageSubject) -> str:
        if self._wants_way_to_pay(subject):
            return _NO_WAY_TO_PAY
        facts = subject.message.facts
        return facts.reason if facts.owed is None else f"{self._format.money(facts.owed)} is still to be paid."

    @staticmethod
    def _wants_way_to_pay(subject: MessageSubject) -> bool:
        """Say whether a payment is announced that nothing is saved for: other words assume that something is."""
        is_announced = subject.message.kind in {MessageKind.RENEWAL_REMINDER, MessageKind.TRIAL_ENDING}
        return is_announced and subject.renewing is not None and not subject.renewing.can_be_charged
