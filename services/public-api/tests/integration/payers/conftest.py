from collections.abc import AsyncGenerator
from html import unescape
from html.parser import HTMLParser

import httpx
import pytest
import pytest_asyncio
from whenever import TimeDelta

from duro.crypto import LinkPurpose, LinkSigner, PayerLink
from duro.email import LinkRule
from duro.kernel import Clock, IdFactory, InvoiceId, Mode, SubscriptionId
from duro.merchant_api.payer_links import LinkSettings
from duro.payments import SimulatedCard, SimulatedMandates, SimulatedPaymentRequests, SimulatedProvider
from duro.public_api.collaborators import Collaborators
from duro.public_api.composition import Composition
from duro.public_api.server import PublicApiServer
from duro.public_api.settings import Settings
from duro.testkit.cloned_database import ClonedDatabase
from duro.testkit.merchant_client import MerchantClient
from duro.testkit.staged_merchant import StagedMerchant

KEY = b"links of these tests are signed so"
CARD = {"number": "4242 4242 4242 4242", "expiry": "12/30", "cvc": "123"}


class Forms(HTMLParser):
    """The forms of a page as a browser would send them: what each button is called, and its fields."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: dict[str, dict[str, str]] = {}
        self._fields: dict[str, str] = {}
        self._label: list[str] | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            assert given == {"method": "post"}
            self._fields = {}
        elif tag == "input":
            self._fields[given["name"] or ""] = given.get("value") or ""
        elif tag == "button":
            self._label = []

    def handle_data(self, data: str) -> None:
        if self._label is not None:
            self._label.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "button":
            self.forms["".join(self._label or [])] = self._fields
            self._label = None


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
        return Forms(self.page.text).forms

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

    async def after(self, card: SimulatedCard, **plan: object) -> "Owing":
        """Let a change of plan, NGN 5,000.00, be invoiced at once to a card that fails."""
        self.subscription = await self._api.subscription(**plan)
        method = await self._api.card({"id": self.subscription["customerId"]}, card.number)
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
def asking(provider: SimulatedProvider) -> SimulatedPaymentRequests:
    return SimulatedPaymentRequests(provider.pushes)


@pytest_asyncio.fixture(loop_scope="session")
async def composition(
    settings: Settings,
    clock: Clock,
    ids: IdFactory,
    gateway,
    provider: SimulatedProvider,
    asking: SimulatedPaymentRequests,
) -> Composition:
    mandates = SimulatedMandates(provider.mandates)
    return await Composition.open(settings, Collaborators(clock, ids, gateway, mandates=(mandates,), asking=(asking,)))


@pytest_asyncio.fixture(loop_scope="session")
async def browser(server: PublicApiServer) -> AsyncGenerator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=server.url, timeout=30) as client:
        yield client


@pytest.fixture
def owing(api: MerchantClient, merchant: StagedMerchant, browser: httpx.AsyncClient, clock: Clock) -> Owing:
    return Owing(api, merchant, browser, clock)
