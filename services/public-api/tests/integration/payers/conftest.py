from collections.abc import AsyncGenerator
from html import unescape

import httpx
import pytest
import pytest_asyncio
from whenever import TimeDelta

from duro.crypto import LinkPurpose, LinkSigner, PayerLink
from duro.email import LinkRule
from duro.kernel import Clock, DunningScheduleId, IdFactory, InvoiceId, Mode, SubscriptionId
from duro.merchant_api.dunning import DunningService
from duro.merchant_api.payer_links import LinkSettings
from duro.merchant_api.pushed import RequestService
from duro.payments import SimulatedCard, SimulatedMandates, SimulatedPaymentRequests, SimulatedProvider
from duro.public_api.collaborators import Collaborators
from duro.public_api.composition import Composition
from duro.public_api.server import PublicApiServer
from duro.public_api.settings import Settings
from duro.testkit.cloned_database import ClonedDatabase
from duro.testkit.merchant_client import MerchantClient
from duro.testkit.page_forms import PageForms
from duro.testkit.staged_merchant import StagedMerchant

KEY = b"links of these tests are signed so"


class Payer:
    """Whoever holds a link, with a browser: it opens the page and presses what the page offers."""

    def __init__(self, http: httpx.AsyncClient, path: str) -> None:
        self._http = http
        self.path = path
        self.page = httpx.Response(0)

    async def opens(self) -> httpx.Response:
        self.page = await self._http.get(self.path)
        return self.page

    @property
    def sees(self) -> str:
        return unescape(self.page.text)

    @property
    def offers(self) -> dict[str, dict[str, str]]:
        return PageForms.of(self.page.text).forms

    async def presses(self, label: str, **typed: str) -> httpx.Response:
        """Send the form of a button that is on the page, and follow where that leads."""
        self.page = await self.sends(self.offers[label] | typed)
        if self.page.is_redirect:
            assert (self.page.status_code, self.page.text) == (303, "")
            self.page = await self._http.get(self.page.url.join(self.page.headers["location"]))
        return self.page

    async def sends(self, form: dict[str, str], **headers: str) -> httpx.Response:
        return await self._http.post(self.path, data=form, headers=headers)


class Owing:
    """A subscription whose money couldn't be taken, with the links its payer would be sent."""

    def __init__(self, api: MerchantClient, merchant: StagedMerchant, http: httpx.AsyncClient, clock: Clock) -> None:
        self._api, self._merchant, self._http, self._clock = api, merchant, http, clock
        self.subscription: dict[str, object] = {}
        self.case: dict[str, object] = {}

    async def after(self, card: SimulatedCard, *, customer: dict[str, object] | None = None, **plan: object) -> "Owing":
        """Let a change of plan, NGN 5,000.00, be invoiced at once to a card that fails."""
        customer = customer or await self._api.customer()
        body = {"customerId": customer["id"], "planId": (await self._api.plan(**plan))["id"]}
        body["paymentMethodId"] = (await self._card(customer, SimulatedCard.APPROVE))["id"]
        self.subscription = await self._api.made("/v1/subscriptions", body)
        method = await self._card(customer, card)
        path = f"/v1/subscriptions/{self.subscription['id']}"
        assert (await self._api.http.patch(path, json={"paymentMethodId": method["id"]})).is_success
        change = {"quantity": 2, "prorationBehavior": "invoice_now"}
        assert (await self._api.post(f"{path}/change-plan", change)).is_success
        (self.case,) = (await self._api.read("/v1/recovery/schedules", subscriptionId=self.subscription["id"]))["items"]
        return self

    def token(self, purpose: LinkPurpose = LinkPurpose.PAY, *, days: int = 60, **changes: object) -> str:
        subject = InvoiceId.parse(str(self.case["invoiceId"]))
        given = {
            "purpose": purpose,
            "mode": Mode.TEST,
            "tenant_id": self._merchant.tenant.id,
            "subject": subject,
            "expires_at": self._clock.now() + TimeDelta(hours=24 * days),
        }
        return LinkSigner([KEY]).sign(PayerLink(**(given | changes)))

    def payer(self, purpose: LinkPurpose = LinkPurpose.PAY, **changes: object) -> Payer:
        return Payer(self._http, f"/{purpose.value}/{self.token(purpose, **changes)}")

    def updating(self) -> Payer:
        """Give whoever holds the link to change how the subscription is paid."""
        subject = SubscriptionId.parse(str(self.subscription["id"]))
        return self.payer(LinkPurpose.UPDATE, subject=subject)

    async def _card(self, customer: dict[str, object], card: SimulatedCard) -> dict[str, object]:
        body = {"card": {**self._api.CARD, "number": card.number, "expYear": 2060}}
        return await self._api.made(f"/v1/customers/{customer['id']}/payment-methods", body)

    async def decided(self, dunning: DunningService) -> None:
        """Let the worker look at the case."""
        await dunning.process(self._merchant.tenant.id, DunningScheduleId.parse(str(self.case["id"])))

    async def has_phone(self) -> None:
        path = f"/v1/customers/{self.subscription['customerId']}"
        assert (await self._api.http.patch(path, json={"phone": "+2348030001122"})).is_success

    async def acts(self, what: str) -> None:
        """Let the merchant do something about the invoice."""
        answer = await self._api.post(f"/v1/invoices/{self.case['invoiceId']}/{what}")
        assert answer.is_success, answer.text

    async def told(self) -> list[str]:
        """What the payer was written, in order."""
        page = await self._api.read("/v1/messages", customerId=str(self.subscription["customerId"]), limit=100)
        return [message["kind"] for message in reversed(page["items"])]

    async def shown(self) -> dict[str, object]:
        return await self._api.read(f"/v1/recovery/schedules/{self.case['id']}")


@pytest.fixture
def settings(database: ClonedDatabase) -> Settings:
    return Settings(
        is_development=True,
        test_database_url=database.test_url,
        live_database_url=database.live_url,
        pool_size=4,
        links=LinkSettings(base="http://pay.test/", keys=(KEY,), rule=LinkRule(is_development=True)),
    )


@pytest.fixture
def collaborators(clock: Clock, ids: IdFactory, gateway, provider: SimulatedProvider) -> Collaborators:
    mandates, asking = SimulatedMandates(provider.mandates), SimulatedPaymentRequests(provider.pushes)
    return Collaborators(clock, ids, gateway, mandates=(mandates,), asking=(asking,))


@pytest_asyncio.fixture(loop_scope="session")
async def composition(settings: Settings, collaborators: Collaborators) -> Composition:
    return await Composition.open(settings, collaborators)


@pytest.fixture
def dunning(composition: Composition, clock: Clock, ids: IdFactory) -> DunningService:
    gateways = composition.collaborators.gateways(Mode.TEST, is_development=True)
    lease = composition.settings.lease
    return DunningService(composition.contexts[Mode.TEST], gateways, ids=ids, clock=clock, lease=lease)


@pytest.fixture
def requests(composition: Composition, clock: Clock, ids: IdFactory) -> RequestService:
    gateways = composition.collaborators.gateways(Mode.TEST, is_development=True)
    lease = composition.settings.lease
    return RequestService(composition.contexts[Mode.TEST], gateways, ids=ids, clock=clock, lease=lease)


@pytest_asyncio.fixture(loop_scope="session")
async def browser(server: PublicApiServer) -> AsyncGenerator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=server.url, timeout=30) as client:
        yield client


@pytest.fixture
def owing(api: MerchantClient, merchant: StagedMerchant, browser: httpx.AsyncClient, clock: Clock) -> Owing:
    return Owing(api, merchant, browser, clock)
