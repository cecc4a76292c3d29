"""What payment providers tell by themselves, over HTTP: who is believed, what is done about it, and what is kept."""

import asyncio
import json
from dataclasses import replace

import httpx
import pytest
import pytest_asyncio
import structlog
from whenever import TimeDelta

from duro.billing.recovery import Rail
from duro.db import DatabasePool
from duro.db.audit import Audit
from duro.db.kept_notices import WaitingNotices
from duro.db.push_rows import PaymentRequest, PaymentRequestStatus
from duro.kernel import Currency, InvoiceId, Mode, Money, PaymentAttemptId, PaymentRequestId, RefundId, SubscriptionId
from duro.payments import (
    ChargeFailed,
    ChargeSucceeded,
    MandateActivated,
    MoneyReceived,
    OtherNotice,
    RefundFailed,
    RefundSucceeded,
    SimulatedCard,
    SimulatedInboundWebhooks,
    Unknown,
)
from duro.payments.simulated.webhooks.notice_text import NoticeText
from duro.payments.simulated.webhooks.seal import WebhookSeal
from duro.public_api.collaborators import Collaborators
from duro.public_api.composition import Composition
from duro.testkit.merchant_client import MerchantClient

PATH = "/webhooks/inbound/simulated"
SECRET = "a secret of the provider"
PRICE = Money(500_000, Currency("NGN"))


@pytest_asyncio.fixture(loop_scope="session")
async def composition(settings, clock, ids, gateway):
    webhooks = (SimulatedInboundWebhooks([SECRET], clock=clock),)
    return await Composition.open(settings, Collaborators(clock, ids, gateway, webhooks))


@pytest_asyncio.fixture(loop_scope="session")
async def admin(database):
    pool = await DatabasePool.open(database.admin_url, max_size=2)
    yield pool
    await pool.close()


class Provider:
    """The simulated provider as far as it tells: everything it says is signed with its secret at this moment."""

    def __init__(self, http: httpx.AsyncClient, *, clock, admin: DatabasePool) -> None:
        self._http = http
        self.clock = clock
        self._admin = admin

    async def send(self, body: bytes, *, secret: str = SECRET, age: TimeDelta = TimeDelta()) -> httpx.Response:
        headers = WebhookSeal(secret).headers(body, at=self.clock.now() - age)
        return await self._http.post(PATH, content=body, headers=headers)

    async def tell(self, notice) -> None:
        answer = await self.send(NoticeText.write(notice).encode())
        assert (answer.status_code, answer.json()) == (200, {"received": True}), answer.text

    async def kept(self):
        return await WaitingNotices(self._admin).oldest(100)

    async def are_books_in_order(self) -> None:
        for mode in Mode:
            assert (await Audit(self._admin).run(mode)).findings == ()

    def succeeded(self, reference: str, amount: Money = PRICE) -> ChargeSucceeded:
        return ChargeSucceeded(f"evt-{reference}-1", reference, f"chg-{reference}", amount, Rail.CARD, self.clock.now())

    def failed(self, reference: str) -> ChargeFailed:
        event, name, now = f"evt-{reference}-0", f"chg-{reference}", self.clock.now()
        return ChargeFailed(event, reference, name, PRICE, Rail.CARD, now, "51", "Insufficient funds")

    def received(self, reference: str | None, amount: Money = PRICE, *, name: str = "pay-1") -> MoneyReceived:
        return MoneyReceived(f"evt-{name}", reference, None, name, amount, Rail.USSD, self.clock.now())


@pytest.fixture
def provider(anonymous, clock, admin) -> Provider:
    return Provider(anonymous, clock=clock, admin=admin)


async def started(api: MerchantClient, card: SimulatedCard):
    """Start a subscription; give its only invoice and the reference of its only charge."""
    subscription = await api.subscription(number=card.number)
    (found,) = (await api.read("/v1/invoices", subscriptionId=subscription["id"]))["items"]
    invoice = await api.read(f"/v1/invoices/{found['id']}")
    (transaction,) = invoice["transactions"]
    return subscription, invoice, PaymentAttemptId.parse(transaction["id"]).suffix


async def invoice_of(api: MerchantClient, invoice):
    return await api.read(f"/v1/invoices/{invoice['id']}")


async def transaction_of(api: MerchantClient, invoice):
    (transaction,) = (await invoice_of(api, invoice))["transactions"]
    return transaction


class TestANoticeThatNobodyCanVouchFor:
    @pytest.fixture
    def body(self, provider) -> bytes:
        return NoticeText.write(provider.received(None)).encode()

    async def test_is_refused_without_a_signature(self, anonymous, provider, body):
        answer = await anonymous.post(PATH, content=body)
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "unauthorized")
        assert answer.json()["error"]["requestId"] == answer.headers["request-id"]
        assert await provider.kept() == ()

    @pytest.mark.parametrize(
        ("secret", "age"),
        [
            pytest.param("another secret", TimeDelta(), id="signed by somebody else"),
            pytest.param(SECRET, TimeDelta(minutes=6), id="replayed"),
            pytest.param(SECRET, TimeDelta(minutes=-6), id="signed for later"),
        ],
    )
    async def test_is_refused_when(self, provider, body, secret, age):
        answer = await provider.send(body, secret=secret, age=age)
        assert answer.status_code == 401
        assert await provider.kept() == ()

    async def test_is_refused_when_its_body_was_changed(self, anonymous, provider, body):
        headers = WebhookSeal(SECRET).headers(body, at=provider.clock.now())
        answer = await anonymous.post(PATH, content=body.replace(b"500000", b"900000"), headers=headers)
        assert answer.status_code == 401
        assert await provider.kept() == ()

    async def test_is_refused_with_two_signatures_of_which_one_is_good(self, anonymous, provider, body):
        good = WebhookSeal(SECRET).headers(body, at=provider.clock.now())
        bad = WebhookSeal("another secret").headers(body, at=provider.clock.now())
        answer = await anonymous.post(PATH, content=body, headers=[*bad.items(), *good.items()])
        assert answer.status_code == 401

    async def test_is_logged_without_what_it_said(self, provider, body):
        with structlog.testing.capture_logs() as logs:
            answer = await provider.send(body, secret="another secret")
        (line,) = [each for each in logs if each["event"] == "notice_refused"]
        assert line == {
            "event": "notice_refused",
            "log_level": "warning",
            "provider": "simulated",
            "reason": "Its signature doesn't match.",
            "request_id": answer.headers["request-id"],
        }

    async def test_is_nobodys_at_an_unknown_provider(self, anonymous, provider, body):
        headers = WebhookSeal(SECRET).headers(body, at=provider.clock.now())
        answer = await anonymous.post("/webhooks/inbound/elsewhere", content=body, headers=headers)
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")

    async def test_is_not_even_read_when_it_is_too_large(self, provider):
        assert (await provider.send(b" " * 1_048_577)).status_code == 413


class TestANoticeThatNobodyCanActOn:
    @pytest.mark.parametrize("body", [b"{", b"[]", b'{"id":"e","type":"charge.succeeded"}', b"\xff\x00", b""])
    async def test_is_kept_once_as_it_came_when_it_is_malformed(self, provider, body):
        for _ in range(2):
            assert (await provider.send(body)).status_code == 200
        (kept,) = await provider.kept()
        assert (kept.provider, kept.kind, kept.reason, kept.body) == ("simulated", "Malformed", "malformed", body)
        assert kept.received_at == provider.clock.now()

    @pytest.mark.parametrize("reference", [None, "not-one-of-ours", "01jxk8m3s4e5f6g7h8j9k0m1n2"])
    async def test_is_kept_once_when_its_reference_is_unknown(self, provider, reference):
        notice = provider.received(reference)
        for _ in range(3):
            await provider.tell(notice)
        (kept,) = await provider.kept()
        assert (kept.key, kept.kind, kept.reason) == (notice.event_id, "MoneyReceived", "unknown_reference")
        assert json.loads(kept.body)["providerReference"] == notice.provider_reference

    async def test_is_kept_when_what_it_names_is_something_else(self, api, provider, ids):
        _, _, reference = await started(api, SimulatedCard.TIMEOUT_AFTER)
        now = provider.clock.now()
        await provider.tell(RefundSucceeded("evt-1", reference, reference, "rfd-1", PRICE, now))
        await provider.tell(MandateActivated("evt-2", reference, "tok", now))
        assert [(kept.key, kept.reason) for kept in await provider.kept()] == [
            ("evt-1", "unknown_reference"),
            ("evt-2", "unknown_reference"),
        ]

    async def test_is_no_matter_when_it_asks_nothing(self, provider):
        await provider.tell(OtherNotice("evt-1", "customer.created"))
        assert await provider.kept() == ()

    async def test_can_be_marked_as_handled_once(self, provider, admin):
        await provider.send(b"{")
        (kept,) = await provider.kept()
        waiting = WaitingNotices(admin)
        named = {"provider": kept.provider, "key": kept.key, "at": provider.clock.now()}
        assert (await waiting.count(), await waiting.handle(**named), await waiting.handle(**named)) == (1, True, False)
        await provider.send(b"{")
        assert await provider.kept() == ()


class TestANoticeOfACharge:
    async def test_settles_a_pending_one_once_while_its_holder_still_waits(self, either, provider):
        subscription, invoice, reference = await started(either, SimulatedCard.TIMEOUT_AFTER)
        assert (await transaction_of(either, invoice))["status"] == "pending"

        for _ in range(2):
            await provider.tell(provider.succeeded(reference))

        after = await invoice_of(either, invoice)
        assert (after["status"], after["amountPaid"]) == ("paid", 500_000)
        assert (await either.read(f"/v1/subscriptions/{subscription['id']}"))["status"] == "active"
        assert (await either.event_types(subscription["id"])).count("subscription_payment_success") == 1
        assert await provider.kept() == ()
        await provider.are_books_in_order()

    async def test_settles_it_once_by_many_at_once(self, api, provider):
        subscription, _, reference = await started(api, SimulatedCard.TIMEOUT_AFTER)
        body = NoticeText.write(provider.succeeded(reference)).encode()

        answers = await asyncio.gather(*(provider.send(body) for _ in range(4)))

        assert {answer.status_code for answer in answers} == {200}
        assert (await api.event_types(subscription["id"])).count("subscription_payment_success") == 1
        await provider.are_books_in_order()

    async def test_touches_nothing_of_another_merchant_or_mode(self, api, provider, stage, server, merchant):
        others = []
        for secret in ((await stage.merchant()).secret, merchant.in_mode(Mode.LIVE).secret):
            headers = {"Authorization": f"Bearer {secret.text}"}
            async with httpx.AsyncClient(base_url=server.url, headers=headers, timeout=30) as http:
                _, invoice, _ = await started(MerchantClient(http), SimulatedCard.TIMEOUT_AFTER)
                others.append((headers, invoice))
        _, invoice, reference = await started(api, SimulatedCard.TIMEOUT_AFTER)

        await provider.tell(provider.succeeded(reference))

        assert (await invoice_of(api, invoice))["status"] == "paid"
        for headers, theirs in others:
            async with httpx.AsyncClient(base_url=server.url, headers=headers, timeout=30) as http:
                assert await invoice_of(MerchantClient(http), theirs) == theirs

    async def test_of_another_amount_hands_it_to_a_person(self, api, provider):
        _, invoice, reference = await started(api, SimulatedCard.TIMEOUT_AFTER)
        for _ in range(2):
            await provider.tell(provider.succeeded(reference, Money(499_999, PRICE.currency)))
        assert (await transaction_of(api, invoice))["status"] == "review"
        assert [kept.reason for kept in await provider.kept()] == ["contradiction"]

    async def test_is_believed_of_a_success_that_is_known(self, api, provider):
        _, invoice, reference = await started(api, SimulatedCard.APPROVE)
        await provider.tell(provider.succeeded(reference))
        assert await invoice_of(api, invoice) == invoice
        assert await provider.kept() == ()

    async def test_that_failed_is_looked_up(self, api, provider):
        """It says nothing of advice, and it may be wrong: what the provider answers when it is asked counts."""
        _, invoice, reference = await started(api, SimulatedCard.TIMEOUT_AFTER)
        await provider.tell(provider.failed(reference))
        assert (await transaction_of(api, invoice))["status"] == "succeeded"
        assert [kept.reason for kept in await provider.kept()] == ["contradiction"]

    async def test_that_failed_and_that_nobody_has_is_left_pending(self, api, provider):
        _, invoice, reference = await started(api, SimulatedCard.TIMEOUT_BEFORE)
        await provider.tell(provider.failed(reference))
        assert (await transaction_of(api, invoice))["status"] == "pending"
        assert await provider.kept() == ()

    async def test_is_asked_for_again_when_it_could_not_be_acted_on(self, api, provider, gateway, monkeypatch):
        _, invoice, reference = await started(api, SimulatedCard.TIMEOUT_AFTER)
        body = NoticeText.write(provider.failed(reference)).encode()

        async def lookup(_):
            raise ConnectionResetError

        with monkeypatch.context() as broken:
            broken.setattr(gateway, "lookup", lookup)
            answer = await provider.send(body)
        assert (answer.status_code, answer.json()["error"]["code"]) == (500, "internal_error")
        assert (await transaction_of(api, invoice))["status"] == "pending"
        assert (await provider.send(body)).status_code == 200
        assert (await transaction_of(api, invoice))["status"] == "succeeded"

    async def test_happens_when_it_is_for_a_payer_on_a_test_clock(self, api, provider):
        clock = await api.made("/v1/test-clocks", {"now": "2030-01-31T09:00:00Z"})
        customer = await api.customer(testClockId=clock["id"])
        card, plan = await api.card(customer, SimulatedCard.TIMEOUT_AFTER.number), await api.plan()
        order = {"customerId": customer["id"], "planId": plan["id"], "paymentMethodId": card["id"]}
        await api.made("/v1/subscriptions", order)
        (invoice,) = (await api.read("/v1/invoices", customerId=customer["id"]))["items"]
        transaction = await transaction_of(api, invoice)

        await provider.tell(provider.succeeded(PaymentAttemptId.parse(transaction["id"]).suffix))

        assert (await invoice_of(api, invoice))["paidAt"] == "2030-01-31T09:00:00Z"

    async def test_that_failed_is_no_news_once_it_has(self, api, provider):
        _, invoice, reference = await started(api, SimulatedCard.INSUFFICIENT_FUNDS)
        await provider.tell(provider.failed(reference))
        assert await invoice_of(api, invoice) == invoice
        assert await provider.kept() == ()

    async def test_that_failed_after_it_succeeded_is_kept_for_a_person(self, api, provider):
        _, invoice, reference = await started(api, SimulatedCard.APPROVE)
        await provider.tell(provider.failed(reference))
        assert await invoice_of(api, invoice) == invoice
        assert [kept.reason for kept in await provider.kept()] == ["contradiction"]

    async def test_that_succeeded_after_it_failed_is_money_received(self, api, provider, admin):
        subscription, invoice, reference = await started(api, SimulatedCard.INSUFFICIENT_FUNDS)
        for _ in range(2):
            await provider.tell(provider.succeeded(reference))
        async with admin.acquire() as connection:
            (money,) = await connection.fetch("select * from test.incoming_payments")
        assert (money["reference"], money["amount"]) == (f"chg-{reference}", 500_000)
        assert money["attempt_id"] == PaymentAttemptId.from_suffix(reference).value
        assert money["subscription_id"] == SubscriptionId.parse(subscription["id"]).value
        assert (await transaction_of(api, invoice))["status"] == "failed"
        assert await provider.kept() == ()
        await provider.are_books_in_order()


class TestANoticeOfPushedMoney:
    async def test_is_received_once_for_the_request_it_names(self, api, provider, merchant, admin, ids):
        subscription, invoice, _ = await started(api, SimulatedCard.INSUFFICIENT_FUNDS)
        asked = PaymentRequest(
            id=ids.new(PaymentRequestId),
            invoice_id=InvoiceId.parse(invoice["id"]),
            subscription_id=SubscriptionId.parse(subscription["id"]),
            provider="simulated",
            rail=Rail.USSD,
            status=PaymentRequestStatus.OPEN,
            amount=PRICE,
            look_at=provider.clock.now(),
            created_at=provider.clock.now(),
        )
        async with merchant.contexts.open(merchant.tenant.id) as repos:
            await repos.payment_requests.insert(asked)

        for _ in range(2):
            await provider.tell(provider.received(asked.reference))

        async with admin.acquire() as connection:
            (money,) = await connection.fetch("select * from test.incoming_payments")
        assert (money["reference"], money["payment_request_id"]) == ("pay-1", asked.id.value)
        assert (await invoice_of(api, invoice))["status"] == "paid"
        assert await provider.kept() == ()
        await provider.are_books_in_order()


class TestANoticeOfARefund:
    GIVEN = replace(PRICE, amount=200_000)

    async def refunded(self, api: MerchantClient, *, status: str):
        """Give the invoice, the reference of its charge, and that of a refund of a part of it."""
        _, invoice, charge = await started(api, SimulatedCard.APPROVE)
        made = await api.made(f"/v1/invoices/{invoice['id']}/refund", {"amount": self.GIVEN.amount})
        assert made["status"] == status
        return invoice, charge, RefundId.parse(made["id"]).suffix

    def succeeded(self, provider: Provider, refund: str, charge: str, amount: Money = GIVEN) -> RefundSucceeded:
        return RefundSucceeded(f"evt-{refund}-1", refund, charge, "rfd-1", amount, provider.clock.now())

    def failed(self, provider: Provider, refund: str, charge: str) -> RefundFailed:
        event, now = f"evt-{refund}-0", provider.clock.now()
        return RefundFailed(event, refund, charge, "rfd-1", self.GIVEN, now, "refund_not_allowed", "Not allowed")

    @pytest.fixture
    def silence(self, gateway, monkeypatch):
        """The provider lets nobody know what became of a refund, but by a notice."""

        async def refund(_):
            return Unknown("It said nothing.")

        monkeypatch.setattr(gateway, "refund", refund)

    @pytest.mark.usefixtures("silence")
    async def test_settles_a_pending_one_once_while_its_holder_still_waits(self, either, provider):
        invoice, charge, refund = await self.refunded(either, status="pending")
        for _ in range(2):
            await provider.tell(self.succeeded(provider, refund, charge))
        (after,) = (await either.read("/v1/refunds", invoiceId=invoice["id"]))["items"]
        assert after["status"] == "succeeded"
        assert (await invoice_of(either, invoice))["amountRefunded"] == self.GIVEN.amount
        assert await provider.kept() == ()
        await provider.are_books_in_order()

    @pytest.mark.usefixtures("silence")
    async def test_that_failed_leaves_a_pending_one_to_a_person(self, api, provider):
        invoice, charge, refund = await self.refunded(api, status="pending")
        for _ in range(2):
            await provider.tell(self.failed(provider, refund, charge))
        (after,) = (await api.read("/v1/refunds", invoiceId=invoice["id"]))["items"]
        assert (after["status"], after["failureCode"]) == ("needs_attention", "refund_not_allowed")
        assert (await invoice_of(api, invoice))["amountRefunded"] == 0
        assert await provider.kept() == ()
        await provider.are_books_in_order()

    @pytest.mark.usefixtures("silence")
    async def test_of_another_amount_is_left_to_a_person(self, api, provider):
        invoice, charge, refund = await self.refunded(api, status="pending")
        await provider.tell(self.succeeded(provider, refund, charge, Money(199_999, PRICE.currency)))
        (after,) = (await api.read("/v1/refunds", invoiceId=invoice["id"]))["items"]
        assert (after["status"], after["failureCode"]) == ("needs_attention", "amount_mismatch")
        assert [kept.reason for kept in await provider.kept()] == ["contradiction"]

    async def test_is_no_news_once_it_is_given(self, api, provider):
        invoice, charge, refund = await self.refunded(api, status="succeeded")
        before = await invoice_of(api, invoice)
        await provider.tell(self.succeeded(provider, refund, charge))
        assert await invoice_of(api, invoice) == before
        assert await provider.kept() == ()

    async def test_that_failed_after_it_was_given_is_kept_for_a_person(self, api, provider):
        invoice, charge, refund = await self.refunded(api, status="succeeded")
        before = await invoice_of(api, invoice)
        await provider.tell(self.failed(provider, refund, charge))
        assert await invoice_of(api, invoice) == before
        assert [kept.reason for kept in await provider.kept()] == ["contradiction"]
