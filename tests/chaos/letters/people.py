from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import final

from duro.billing.messages import MessageKind
from duro.crypto import SystemClock, Uuid7IdFactory
from duro.db.message_rows import Message, MessageFacts
from duro.kernel import Currency, MessageId, Mode, Money
from duro.testkit import CustomerBuilder, Stage, StagedMerchant
from letters.form import PostForm


@final
@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is told one thing: whatever reaches them, by either way, is for that one cause."""

    number: int
    kind: MessageKind

    @property
    def email(self) -> str:
        return f"payer-{self.number}@example.com"

    @property
    def phone(self) -> str:
        return f"+234803{self.number:07}"

    @property
    def is_to_be_told(self) -> bool:
        """Say whether it is still true when it would leave: a request without a case isn't."""
        return self.kind is not MessageKind.AUTHENTICATION_LINK


@final
@dataclass(slots=True)
class People:
    """Who is told what: receipts and cancellations, and one in twenty of something that isn't true any more."""

    form: PostForm
    merchants: list[StagedMerchant]
    told: list[Person] = field(default_factory=list)

    @classmethod
    async def of(cls, form: PostForm, stage: Stage) -> "People":
        merchants = [
            (await stage.merchant()).in_mode(Mode.LIVE if number % 5 in {1, 3} else Mode.TEST)
            for number in range(form.tenants)
        ]
        return cls(form, merchants)

    async def write_wave(self, count: int) -> None:
        """Write down what as many people more are told, twice over, as a job does that runs again."""
        people = list(self._next(count))
        for number, merchant in enumerate(self.merchants):
            await self._write(merchant, people[number :: len(self.merchants)])
        self.told += people

    def _next(self, count: int) -> Iterator[Person]:
        kinds = (MessageKind.RECEIPT, MessageKind.CANCELLATION)
        for number in range(len(self.told), len(self.told) + count):
            yield Person(number, MessageKind.AUTHENTICATION_LINK if number % 20 == 7 else kinds[number % 3 == 0])

    @staticmethod
    async def _write(merchant: StagedMerchant, people: list[Person]) -> None:
        clock = SystemClock()
        now, ids = clock.now(), Uuid7IdFactory(clock)
        async with merchant.contexts.open(merchant.tenant.id) as repos:
            customers = [
                CustomerBuilder(email=one.email, phone=one.phone, has_whatsapp_consent=one.number // 2 % 2 == 0).build(
                    ids, now
                )
                for one in people
            ]
            for customer in customers:
                await repos.customers.insert(customer)

            def messages():
                return [
                    Message(
                        id=ids.new(MessageId),
                        kind=person.kind,
                        cause=f"cause {person.number}",
                        customer_id=customer.id,
                        subscription_id=None,
                        invoice_id=None,
                        facts=MessageFacts(amount=Money(500_000, Currency("NGN"))),
                        send_at=now,
                        created_at=now,
                    )
                    for person, customer in zip(people, customers, strict=True)
                ]

            written = await repos.messages.add(messages()), await repos.messages.add(messages())
            assert written == (len(people), 0)
