"""Messages of merchants over a real Postgres, with a mail server and a Cloud API of the test's own."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import pytest_asyncio
from whenever import TimeDelta

from duro.crypto import LinkPurpose, LinkSigner, PayerLink, Uuid7IdFactory
from duro.db import PageRequest
from duro.db.message_rows import Message
from duro.email import LinkRule, SmtpMailer, SmtpSecurity, TemplateRenderer
from duro.kernel import Clock, MessageId
from duro.merchant_api.messages import (
    MessageClaims,
    MessagePost,
    MessageService,
    MessageSettlement,
    MessageWriter,
    PersonKeys,
    ReminderService,
    Stationery,
    Telling,
    Transports,
)
from duro.testkit import MailSink, Stage, WhatsAppSimulator
from duro.whatsapp import CloudApiMessenger, PayerTemplates

LEASE = TimeDelta(minutes=5)
SIGNER = LinkSigner([b"a key that signs links, and no other"])
LINKS = "https://pay.example.com/"


@dataclass(frozen=True)
class Desk:
    """One merchant's cases, what its payers are told of them, and where that arrives."""

    recovery: Any
    claims: MessageClaims
    post: MessagePost
    settlement: MessageSettlement
    reminders: ReminderService
    sink: MailSink
    whatsapp: WhatsAppSimulator
    clock: Clock
    stage: Stage

    @property
    def service(self) -> MessageService:
        return MessageService(self.claims, self.post, self.settlement)

    @property
    def tenant(self):
        return self.recovery.merchant.tenant

    async def of_another_merchant(self) -> "Desk":
        merchant = (await self.stage.merchant()).in_mode(self.recovery.contexts.mode)
        return replace(self, recovery=replace(self.recovery, merchant=merchant))

    async def reach(self, subscription, **ways) -> None:
        """Change how the payer of a subscription is reached."""
        async with self.recovery.contexts.open(self.tenant.id) as repos:
            customer = await repos.customers.get(subscription.customer_id)
            await repos.customers.update(replace(customer, **ways))

    async def asked(self, *answers, **ways):
        """A subscription whose renewal was declined, and its payer is to be told."""
        subscription = await self.recovery.declined(*answers)
        await self.reach(subscription, **ways)
        await self.recovery.work(subscription)
        return subscription

    async def messages(self, subscription) -> list[Message]:
        """What its payer is told, oldest first."""
        async with self.recovery.contexts.open(self.tenant.id) as repos:
            page = await repos.messages.list(PageRequest(limit=100), subscription_id=subscription.id)
        return list(reversed(page.items))

    async def kinds(self, subscription) -> list[str]:
        return [message.kind.value for message in await self.messages(subscription)]

    async def due(self) -> list[MessageId]:
        """What the scanner would queue by now."""
        found = await self.recovery.sweeps.due_messages(self.recovery.contexts.mode, self.clock.now())
        return [message for tenant, message in found if tenant == self.tenant.id]

    def opened(self, link: str) -> PayerLink:
        """What whoever opens an address of a page could read."""
        page, token = link.removeprefix(LINKS).split("/")
        opened = SIGNER.read(token, now=self.clock.now())
        assert opened.purpose is LinkPurpose(page)
        return opened

    async def deliver(self) -> list[Telling]:
        """Do what the worker does with what is due."""
        return [telling async for _, telling in self.service.deliver_each(self.tenant.id, await self.due())]


@pytest_asyncio.fixture(loop_scope="session")
async def desk(
    recovery, mail_sink: MailSink, whatsapp: WhatsAppSimulator, clock: Clock, stage: Stage
) -> AsyncIterator[Desk]:
    messenger = CloudApiMessenger(whatsapp.settings())
    mailer = SmtpMailer(mail_sink.settings(SmtpSecurity.STARTTLS), trust=mail_sink.trust)
    writer = MessageWriter(
        Stationery("billing@duro.example", SIGNER, LINKS), TemplateRenderer(LinkRule()), PayerTemplates(link_base=LINKS)
    )
    keys = PersonKeys(b"a key that nobody else has")
    contexts = recovery.contexts
    yield Desk(
        recovery=recovery,
        claims=MessageClaims(contexts, keys, clock=clock, lease=LEASE),
        post=MessagePost(writer, Transports(mailer, messenger)),
        settlement=MessageSettlement(contexts, keys, clock=clock, word="accepted"),
        reminders=ReminderService(contexts, ids=Uuid7IdFactory(clock), clock=clock),
        sink=mail_sink,
        whatsapp=whatsapp,
        clock=clock,
        stage=stage,
    )
    await messenger.close()
