"""The public API with a provider that tells of what happened, signed as the API expects it."""

import httpx
import pytest
import pytest_asyncio
from whenever import TimeDelta

from duro.billing.recovery import Rail
from duro.db import DatabasePool
from duro.db.audit import Audit
from duro.db.kept_notices import WaitingNotices
from duro.db.push_rows import PaymentRequest, PaymentRequestStatus
from duro.kernel import Currency, InvoiceId, Mode, Money, PaymentAttemptId, PaymentRequestId, SubscriptionId
from duro.payments import ChargeFailed, ChargeSucceeded, MoneyReceived, SimulatedCard, SimulatedInboundWebhooks
from duro.payments.simulated.webhooks.notice_text import NoticeText
from duro.payments.simulated.webhooks.seal import WebhookSeal
from duro.public_api.collaborators import Collaborators
from duro.public_api.composition import Composition
from duro.testkit.merchant_client import Json, MerchantClient

SECRET = "a secret of the provider"
PRICE = Money(500_000, Currency("NGN"))


class Teller:
    """The simulated provider as far as it tells: everything it says is signed with its secret at this moment."""

    PATH = "/webhooks/inbound/simulated"
    SECRET = SECRET
    PRICE = PRICE
    FEE = Money(12_345, PRICE.currency)

    def __init__(self, http: httpx.AsyncClient, *, clock, admin: DatabasePool) -> None:
        self._http = http
        self.clock = clock
        self._admin = admin

    async def send(self, body: bytes, *, secret: str = SECRET, age: TimeDelta = TimeDelta()) -> httpx.Response:
        headers = WebhookSeal(secret).headers(body, at=self.clock.now() - age)
        return await self._http.post(self.PATH, content=body, headers=headers)

    async def tell(self, notice) -> None:
        answer = await self.send(NoticeText.write(notice).encode())
        assert (answer.status_code, answer.json()) == (200, {"received": True}), answer.text

    async def kept(self):
        return await WaitingNotices(self._admin).oldest(100)

    async def are_books_in_order(self) -> None:
        for mode in Mode:
            assert (await Audit(self._admin).run(mode)).findings == ()

    def succeeded(self, reference: str, amount: Money = PRICE) -> ChargeSucceeded:
        event, name, now = f"evt-{reference}-1", f"chg-{reference}", self.clock.now()
        return ChargeSucceeded(event, reference, name, amount, Rail.CARD, now, self.FEE)

    def failed(self, reference: str) -> ChargeFailed:
        event, name, now = f"evt-{reference}-0", f"chg-{reference}", self.clock.now()
        return ChargeFailed(event, reference, name, PRICE, Rail.CARD, now, "51", "Insufficient funds")

    def received(self, reference: str | None, amount: Money = PRICE, *, name: str = "pay-1") -> MoneyReceived:
        return MoneyReceived(f"evt-{name}", reference, None, name, amount, Rail.USSD, self.clock.now(), self.FEE)

    async def asked(self, merchant, subscription: Json, invoice: Json, ids) -> PaymentRequest:
        """Ask the payer of an invoice to push its money by USSD."""
        asked = PaymentRequest(
            id=ids.new(PaymentRequestId),
            invoice_id=InvoiceId.parse(invoice["id"]),
            subscription_id=SubscriptionId.parse(subscription["id"]),
            provider="simulated",
            rail=Rail.USSD,
            status=PaymentRequestStatus.OPEN,
            amount=PRICE,
            look_at=self.clock.now(),
            created_at=self.clock.now(),
        )
        async with merchant.contexts.open(merchant.tenant.id) as repos:
            await repos.payment_requests.insert(asked)
        return asked

    @classmethod
    async def started(cls, api: MerchantClient, card: SimulatedCard) -> tuple[Json, Json, str]:
        """Start a subscription; give its only invoice and the reference of its only charge."""
        subscription = await api.subscription(number=card.number)
        (found,) = (await api.read("/v1/invoices", subscriptionId=subscription["id"]))["items"]
        transaction = await cls.transaction(api, found)
        return subscription, await cls.invoice(api, found), PaymentAttemptId.parse(transaction["id"]).suffix

    @staticmethod
    async def invoice(api: MerchantClient, invoice: Json) -> Json:
        return await api.read(f"/v1/invoices/{invoice['id']}")

    @classmethod
    async def transaction(cls, api: MerchantClient, invoice: Json) -> Json:
        (transaction,) = (await cls.invoice(api, invoice))["transactions"]
        return transaction


@pytest_asyncio.fixture(loop_scope="session")
async def composition(settings, clock, ids, gateway):
    webhooks = (SimulatedInboundWebhooks([SECRET], clock=clock),)
    return await Composition.open(settings, Collaborators(clock, ids, gateway, webhooks))


@pytest_asyncio.fixture(loop_scope="session")
async def admin(database):
    pool = await DatabasePool.open(database.admin_url, max_size=2)
    yield pool
    await pool.close()


@pytest.fixture
def teller(anonymous, clock, admin) -> Teller:
    return Teller(anonymous, clock=clock, admin=admin)
