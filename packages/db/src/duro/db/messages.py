from collections.abc import Collection, Sequence
from importlib.resources import files
from typing import Final, final

from asyncpg import Record
from whenever import Instant

from duro.billing import SubscriptionStatus
from duro.billing.messages import Channel, MessageKind
from duro.db.listing import Listing
from duro.db.message_rows import (
    Letters,
    Message,
    MessageFacts,
    MessageStatus,
    MessageSubject,
    OpenMatter,
    Renewing,
)
from duro.db.message_templates import MessageTemplateRepository
from duro.db.pages import Page, PageRequest
from duro.db.renewal_columns import RenewalColumns
from duro.db.session import TenantSession
from duro.db.states import DunningState
from duro.kernel import Currency, CustomerId, InvoiceId, MessageId, Money, SubscriptionId, TenantId

_LISTING: Final = Listing(
    table="messages",
    columns="id, kind, cause, customer_id, subscription_id, invoice_id, status, channel, data, send_at, tries, "
    "outcome, provider_id, created_at, settled_at, whatsapp_failed_at",
)
_GET: Final = f"select {_LISTING.columns} from {{schema}}.messages where tenant_id = $1 and id = $2"
_LOCK: Final = f"{_GET} for update"
_REPORT: Final = """
    update {schema}.messages
    set status = $3, channel = $4, send_at = $5, outcome = $6, provider_id = $7, settled_at = $8,
        whatsapp_failed_at = $9
    where tenant_id = $1 and id = $2"""
_ADD: Final = """
    insert into {schema}.messages (
        tenant_id, id, kind, cause, customer_id, subscription_id, invoice_id, data, created_at, status, send_at,
        outcome, settled_at)
    select $1, m.id, m.kind, m.cause, m.customer_id, m.subscription_id, m.invoice_id, m.data, m.created_at,
           case when c.test_clock_id is null then 'pending' else 'dropped' end,
           case when c.test_clock_id is null then m.send_at end,
           case when c.test_clock_id is not null then 'test_clock' end,
           case when c.test_clock_id is not null then m.created_at end
    from unnest($2::uuid[], $3::text[], $4::text[], $5::uuid[], $6::uuid[], $7::uuid[], $8::jsonb[], $9::timestamptz[],
                $10::timestamptz[])
         as m (id, kind, cause, customer_id, subscription_id, invoice_id, data, send_at, created_at)
    join {schema}.customers c on c.tenant_id = $1 and c.id = m.customer_id
    on conflict (tenant_id, kind, cause) do nothing"""
_LETTERS: Final = """
    select invoice_id, cause, kind from {schema}.messages
    where tenant_id = $1 and customer_id = any($2::uuid[]) and invoice_id = any($3::uuid[])
      and kind in ('dunning_1', 'dunning_2', 'dunning_3', 'dunning_4')"""
_LOCK_DUE: Final = files("duro.db").joinpath("sql", "lock_due_messages.sql").read_text()
_CLAIM: Final = """
    update {schema}.messages m
    set status = u.status, send_at = u.send_at, tries = u.tries, outcome = u.outcome, settled_at = u.settled_at
    from unnest($2::uuid[], $3::text[], $4::timestamptz[], $5::integer[], $6::text[], $7::timestamptz[])
         as u (id, status, send_at, tries, outcome, settled_at)
    where m.tenant_id = $1 and m.id = u.id"""
_SETTLE: Final = """
    update {schema}.messages m
    set status = u.status, channel = u.channel, send_at = u.send_at, outcome = u.outcome, provider_id = u.provider_id,
        settled_at = u.settled_at
    from unnest($2::uuid[], $3::integer[], $4::text[], $5::text[], $6::timestamptz[], $7::text[], $8::text[],
                $9::timestamptz[])
         as u (id, tries, status, channel, send_at, outcome, provider_id, settled_at)
    where m.tenant_id = $1 and m.id = u.id and m.tries = u.tries
      and (m.status = 'sending' or (m.status = 'unknown' and u.status = 'sent'))"""


@final
class MessageRepository:
    """What the tenant's payers are told, and what became of it."""

    def __init__(self, session: TenantSession) -> None:
        self._session = session

    async def get(self, message_id: MessageId) -> Message | None:
        row = await self._session.fetchrow(_GET, message_id.value)
        return None if row is None else self.read(row)

    async def lock(self, message_id: MessageId) -> Message | None:
        """Read it so that nobody else changes it before this transaction ends."""
        row = await self._session.fetchrow(_LOCK, message_id.value)
        return None if row is None else self.read(row)

    async def report(self, message: Message) -> None:
        """Store how a locked message stands by what its vendor told later."""
        await self._session.execute(
            _REPORT,
            message.id.value,
            message.status.value,
            None if message.channel is None else message.channel.value,
            message.send_at,
            message.outcome,
            message.provider_id,
            message.settled_at,
            message.whatsapp_failed_at,
        )

    async def list(
        self,
        page: PageRequest,
        *,
        customer_id: CustomerId | None = None,
        subscription_id: SubscriptionId | None = None,
    ) -> Page[Message]:
        filters = {
            "customer_id": None if customer_id is None else customer_id.value,
            "subscription_id": None if subscription_id is None else subscription_id.value,
        }
        rows = await _LISTING.rows(self._session, page, equal=filters)
        return page.cut(rows, read=self.read, id_of=lambda message: message.id)

    async def add(self, messages: Sequence[Message]) -> int:
        """Write down what is to be told, and say how much of it is new: a kind is told once for a cause.

        Who lives on a test clock isn't told: the message is written, and settled as dropped.
        """
        return await self._session.execute(_ADD, *RenewalColumns.messages(messages))

    async def letters(
        self, customers: Collection[CustomerId], invoices: Collection[InvoiceId]
    ) -> dict[InvoiceId, Letters]:
        """Read what these customers were asked before for the money of these invoices."""
        rows = await self._session.fetch(_LETTERS, [one.value for one in customers], [one.value for one in invoices])
        kinds: dict[InvoiceId, dict[str, MessageKind]] = {invoice: {} for invoice in invoices}
        for row in rows:
            told, kind = kinds[InvoiceId(row["invoice_id"])], MessageKind(row["kind"])
            told[row["cause"]] = max(kind, told.get(row["cause"], kind))
        return {invoice: Letters(found) for invoice, found in kinds.items()}

    async def lock_due(self, ids: Sequence[MessageId], *, now: Instant) -> tuple[MessageSubject, ...]:
        """Lock those of these messages that may leave now or whose sender has vanished.

        One that another worker holds is left out.
        """
        rows = await self._session.fetch(_LOCK_DUE, [one.value for one in ids], now)
        return tuple(self._subject(row) for row in rows)

    async def claim(self, messages: Sequence[Message]) -> None:
        """Store what was decided about locked messages: to be sent now, later, or never."""
        await self._session.execute(
            _CLAIM,
            [one.id.value for one in messages],
            [one.status.value for one in messages],
            [one.send_at for one in messages],
            [one.tries for one in messages],
            [one.outcome for one in messages],
            [one.settled_at for one in messages],
        )

    async def settle(self, messages: Sequence[Message]) -> int:
        """Store what became of messages that were being sent, unless another try has begun since.

        What was given up as unknown meanwhile may turn out to be sent after all.
        """
        return await self._session.execute(
            _SETTLE,
            [one.id.value for one in messages],
            [one.tries for one in messages],
            [one.status.value for one in messages],
            [None if one.channel is None else one.channel.value for one in messages],
            [one.send_at for one in messages],
            [one.outcome for one in messages],
            [one.provider_id for one in messages],
            [one.settled_at for one in messages],
        )

    @staticmethod
    def read(row: Record) -> Message:
        subscription_id, invoice_id, channel = row["subscription_id"], row["invoice_id"], row["channel"]
        return Message(
            id=MessageId(row["id"]),
            kind=MessageKind(row["kind"]),
            cause=row["cause"],
            customer_id=CustomerId(row["customer_id"]),
            subscription_id=None if subscription_id is None else SubscriptionId(subscription_id),
            invoice_id=None if invoice_id is None else InvoiceId(invoice_id),
            facts=MessageFacts.decode(row["data"]),
            send_at=row["send_at"],
            created_at=row["created_at"],
            status=MessageStatus(row["status"]),
            channel=None if channel is None else Channel(channel),
            tries=row["tries"],
            outcome=row["outcome"],
            provider_id=row["provider_id"],
            settled_at=row["settled_at"],
            whatsapp_failed_at=row["whatsapp_failed_at"],
        )

    def _subject(self, row: Record) -> MessageSubject:
        return MessageSubject(
            message=self.read(row["message"]),
            tenant_id=TenantId(row["message"]["tenant_id"]),
            mode=self._session.mode,
            store_name=row["store_name"],
            reply_to=row["reply_to"],
            customer_name=row["customer_name"],
            email=row["email"],
            phone=row["phone"],
            has_whatsapp_consent=row["has_whatsapp_consent"],
            zone=row["zone"],
            plan_name=row["plan_name"],
            letter=MessageTemplateRepository.letter(row, "own_"),
            whatsapp_template=row["own_whatsapp_template"],
            renewing=self._renewing(row),
            matter=self._matter(row),
        )

    @staticmethod
    def _renewing(row: Record) -> Renewing | None:
        if row["subscription_status"] is None:
            return None
        year, month = row["exp_year"], row["exp_month"]
        return Renewing(
            status=SubscriptionStatus(row["subscription_status"]),
            period_end=row["current_period_end"],
            is_ending=row["cancel_at_period_end"],
            can_be_charged=row["can_be_charged"],
            card_expires_on=None if year is None else (year, month),
        )

    @staticmethod
    def _matter(row: Record) -> OpenMatter | None:
        if row["case_state"] is None:
            return None
        return OpenMatter(
            state=DunningState(row["case_state"]),
            is_paused=row["case_paused_at"] is not None,
            next_attempt_at=row["case_next_attempt_at"],
            owed=Money(row["owed"], Currency(row["currency"])),
            is_asked_anew=row["is_asked_anew"],
            can_push=row["can_push"],
        )
