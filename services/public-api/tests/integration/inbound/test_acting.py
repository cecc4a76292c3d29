"""What is done about a charge, a refund and pushed money that a provider tells of."""

import asyncio
from dataclasses import replace

import httpx
import pytest

from duro.billing.recovery import Rail
from duro.db.collection_book import CollectionBook
from duro.db.push_rows import PaymentRequest, PaymentRequestStatus
from duro.kernel import Currency, InvoiceId, Mode, Money, PaymentAttemptId, PaymentRequestId, RefundId, SubscriptionId
from duro.payments import RefundFailed, RefundSucceeded, SimulatedCard, Unknown
from duro.payments.simulated.webhooks.notice_text import NoticeText
from duro.testkit.merchant_client import MerchantClient

PRICE = Money(500_000, Currency("NGN"))


class TestANoticeOfACharge:
    async def test_settles_a_pending_one_once_while_its_holder_still_waits(self, either, provider):
        subscription, invoice, reference = await provider.started(either, SimulatedCard.TIMEOUT_AFTER)
        assert (await provider.transaction(either, invoice))["status"] == "pending"

        for _ in range(2):
            await provider.tell(provider.succeeded(reference))

        after = await provider.invoice(either, invoice)
        assert (after["status"], after["amountPaid"]) == ("paid", 500_000)
        assert (await either.read(f"/v1/subscriptions/{subscription['id']}"))["status"] == "active"
        assert (await either.event_types(subscription["id"])).count("subscription_payment_success") == 1
        assert await provider.kept() == ()
        await provider.are_books_in_order()

    async def test_settles_it_once_by_many_at_once(self, api, provider):
        subscription, _, reference = await provider.started(api, SimulatedCard.TIMEOUT_AFTER)
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
                _, invoice, _ = await provider.started(MerchantClient(http), SimulatedCard.TIMEOUT_AFTER)
                others.append((headers, invoice))
        _, invoice, reference = await provider.started(api, SimulatedCard.TIMEOUT_AFTER)

        await provider.tell(provider.succeeded(reference))

        assert (await provider.invoice(api, invoice))["status"] == "paid"
        for headers, theirs in others:
            async with httpx.AsyncClient(base_url=server.url, headers=headers, timeout=30) as http:
                assert await provider.invoice(MerchantClient(http), theirs) == theirs

    async def test_of_another_amount_hands_it_to_a_person(self, api, provider):
        _, invoice, reference = await provider.started(api, SimulatedCard.TIMEOUT_AFTER)
        for _ in range(2):
            await provider.tell(provider.succeeded(reference, Money(499_999, PRICE.currency)))
        assert (await provider.transaction(api, invoice))["status"] == "review"
        assert [kept.reason for kept in await provider.kept()] == ["contradiction"]

    async def test_is_believed_of_a_success_that_is_known(self, api, provider):
        _, invoice, reference = await provider.started(api, SimulatedCard.APPROVE)
        await provider.tell(provider.succeeded(reference))
        assert await provider.invoice(api, invoice) == invoice
        assert await provider.kept() == ()

    async def test_that_failed_is_looked_up(self, api, provider):
        """It says nothing of advice, and it may be wrong: what the provider answers when it is asked counts."""
        _, invoice, reference = await provider.started(api, SimulatedCard.TIMEOUT_AFTER)
        await provider.tell(provider.failed(reference))
        assert (await provider.transaction(api, invoice))["status"] == "succeeded"
        assert [kept.reason for kept in await provider.kept()] == ["contradiction"]

    async def test_that_failed_and_that_nobody_has_is_left_pending(self, api, provider):
        _, invoice, reference = await provider.started(api, SimulatedCard.TIMEOUT_BEFORE)
        await provider.tell(provider.failed(reference))
        assert (await provider.transaction(api, invoice))["status"] == "pending"
        assert await provider.kept() == ()

    async def test_is_asked_for_again_when_it_could_not_be_acted_on(self, api, provider, gateway, monkeypatch):
        _, invoice, reference = await provider.started(api, SimulatedCard.TIMEOUT_AFTER)
        body = NoticeText.write(provider.failed(reference)).encode()

        async def lookup(_):
            raise ConnectionResetError

        with monkeypatch.context() as broken:
            broken.setattr(gateway, "lookup", lookup)
            answer = await provider.send(body)
        assert (answer.status_code, answer.json()["error"]["code"]) == (500, "internal_error")
        assert (await provider.transaction(api, invoice))["status"] == "pending"
        assert (await provider.send(body)).status_code == 200
        assert (await provider.transaction(api, invoice))["status"] == "succeeded"

    async def test_happens_when_it_is_for_a_payer_on_a_test_clock(self, api, provider):
        clock = await api.made("/v1/test-clocks", {"now": "2030-01-31T09:00:00Z"})
        customer = await api.customer(testClockId=clock["id"])
        card, plan = await api.card(customer, SimulatedCard.TIMEOUT_AFTER.number), await api.plan()
        order = {"customerId": customer["id"], "planId": plan["id"], "paymentMethodId": card["id"]}
        await api.made("/v1/subscriptions", order)
        (invoice,) = (await api.read("/v1/invoices", customerId=customer["id"]))["items"]
        transaction = await provider.transaction(api, invoice)

        await provider.tell(provider.succeeded(PaymentAttemptId.parse(transaction["id"]).suffix))

        assert (await provider.invoice(api, invoice))["paidAt"] == "2030-01-31T09:00:00Z"

    async def test_that_failed_is_no_news_once_it_has(self, api, provider):
        _, invoice, reference = await provider.started(api, SimulatedCard.INSUFFICIENT_FUNDS)
        await provider.tell(provider.failed(reference))
        assert await provider.invoice(api, invoice) == invoice
        assert await provider.kept() == ()

    async def test_that_failed_after_it_succeeded_is_kept_for_a_person(self, api, provider):
        _, invoice, reference = await provider.started(api, SimulatedCard.APPROVE)
        await provider.tell(provider.failed(reference))
        assert await provider.invoice(api, invoice) == invoice
        assert [kept.reason for kept in await provider.kept()] == ["contradiction"]

    async def test_that_succeeded_after_it_failed_is_money_received(self, api, provider, admin):
        subscription, invoice, reference = await provider.started(api, SimulatedCard.INSUFFICIENT_FUNDS)
        for _ in range(2):
            await provider.tell(provider.succeeded(reference))
        async with admin.acquire() as connection:
            (money,) = await connection.fetch("select * from test.incoming_payments")
        assert (money["reference"], money["amount"]) == (f"chg-{reference}", 500_000)
        assert money["attempt_id"] == PaymentAttemptId.from_suffix(reference).value
        assert money["subscription_id"] == SubscriptionId.parse(subscription["id"]).value
        book = CollectionBook(admin, Mode.TEST, provider="simulated")
        assert [(one.reference, one.status) async for one in book.attempts()] == [(reference, "received")]
        assert [one async for one in book.arrivals()] == []
        assert (await provider.transaction(api, invoice))["status"] == "failed"
        assert await provider.kept() == ()
        await provider.are_books_in_order()


class TestANoticeOfPushedMoney:
    async def test_is_received_once_for_the_request_it_names(self, api, provider, merchant, admin, ids):
        subscription, invoice, _ = await provider.started(api, SimulatedCard.INSUFFICIENT_FUNDS)
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
        book = CollectionBook(admin, Mode.TEST, provider="simulated")
        assert [(one.reference, one.amount) async for one in book.arrivals()] == [("pay-1", PRICE)]
        assert [one.reference async for one in book.requests()] == [asked.reference]
        assert (await provider.invoice(api, invoice))["status"] == "paid"
        assert await provider.kept() == ()
        await provider.are_books_in_order()


class TestANoticeOfARefund:
    GIVEN = replace(PRICE, amount=200_000)

    async def refunded(self, api: MerchantClient, provider, *, status: str):
        """Give the invoice, the reference of its charge, and that of a refund of a part of it."""
        _, invoice, charge = await provider.started(api, SimulatedCard.APPROVE)
        made = await api.made(f"/v1/invoices/{invoice['id']}/refund", {"amount": self.GIVEN.amount})
        assert made["status"] == status
        return invoice, charge, RefundId.parse(made["id"]).suffix

    def succeeded(self, provider, refund: str, charge: str, amount: Money = GIVEN) -> RefundSucceeded:
        return RefundSucceeded(f"evt-{refund}-1", refund, charge, "rfd-1", amount, provider.clock.now())

    def failed(self, provider, refund: str, charge: str) -> RefundFailed:
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
        invoice, charge, refund = await self.refunded(either, provider, status="pending")
        for _ in range(2):
            await provider.tell(self.succeeded(provider, refund, charge))
        (after,) = (await either.read("/v1/refunds", invoiceId=invoice["id"]))["items"]
        assert after["status"] == "succeeded"
        assert (await provider.invoice(either, invoice))["amountRefunded"] == self.GIVEN.amount
        assert await provider.kept() == ()
        await provider.are_books_in_order()

    @pytest.mark.usefixtures("silence")
    async def test_that_failed_leaves_a_pending_one_to_a_person(self, api, provider):
        invoice, charge, refund = await self.refunded(api, provider, status="pending")
        for _ in range(2):
            await provider.tell(self.failed(provider, refund, charge))
        (after,) = (await api.read("/v1/refunds", invoiceId=invoice["id"]))["items"]
        assert (after["status"], after["failureCode"]) == ("needs_attention", "refund_not_allowed")
        assert (await provider.invoice(api, invoice))["amountRefunded"] == 0
        assert await provider.kept() == ()
        await provider.are_books_in_order()

    @pytest.mark.usefixtures("silence")
    async def test_of_another_amount_is_left_to_a_person(self, api, provider):
        invoice, charge, refund = await self.refunded(api, provider, status="pending")
        await provider.tell(self.succeeded(provider, refund, charge, Money(199_999, PRICE.currency)))
        (after,) = (await api.read("/v1/refunds", invoiceId=invoice["id"]))["items"]
        assert (after["status"], after["failureCode"]) == ("needs_attention", "amount_mismatch")
        assert [kept.reason for kept in await provider.kept()] == ["contradiction"]

    async def test_is_no_news_once_it_is_given(self, api, provider):
        invoice, charge, refund = await self.refunded(api, provider, status="succeeded")
        before = await provider.invoice(api, invoice)
        await provider.tell(self.succeeded(provider, refund, charge))
        assert await provider.invoice(api, invoice) == before
        assert await provider.kept() == ()

    async def test_that_failed_after_it_was_given_is_kept_for_a_person(self, api, provider):
        invoice, charge, refund = await self.refunded(api, provider, status="succeeded")
        before = await provider.invoice(api, invoice)
        await provider.tell(self.failed(provider, refund, charge))
        assert await provider.invoice(api, invoice) == before
        assert [kept.reason for kept in await provider.kept()] == ["contradiction"]
