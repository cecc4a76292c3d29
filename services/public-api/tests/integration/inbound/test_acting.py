"""What is done about a charge, a refund and pushed money that a provider tells of."""

import asyncio
from dataclasses import replace

import httpx
import pytest

from duro.db.collection_book import CollectionBook
from duro.kernel import Currency, Mode, Money, PaymentAttemptId, RefundId, SubscriptionId
from duro.payments import RefundFailed, RefundSucceeded, SimulatedCard, Unknown
from duro.payments.simulated.webhooks.notice_text import NoticeText
from duro.testkit.deadline import Deadline
from duro.testkit.merchant_client import MerchantClient

PRICE = Money(500_000, Currency("NGN"))


class TestANoticeOfACharge:
    async def test_settles_a_pending_one_once_while_its_holder_still_waits(self, either, teller):
        subscription, invoice, reference = await teller.started(either, SimulatedCard.TIMEOUT_AFTER)
        assert (await teller.transaction(either, invoice))["status"] == "pending"

        for _ in range(2):
            await teller.tell(teller.succeeded(reference))

        after = await teller.invoice(either, invoice)
        assert (after["status"], after["amountPaid"]) == ("paid", 500_000)
        assert (await teller.transaction(either, invoice))["fee"] == teller.FEE.amount
        assert (await either.read(f"/v1/subscriptions/{subscription['id']}"))["status"] == "active"
        assert (await either.event_types(subscription["id"])).count("subscription_payment_success") == 1
        assert await teller.kept() == ()
        await teller.are_books_in_order()

    async def test_settles_it_once_while_it_is_being_sent(self, api, teller, gateway):
        order = await api.order()
        gateway.door.clear()
        starting = asyncio.create_task(api.made("/v1/subscriptions", order))
        await Deadline(20).until(lambda: gateway.charges, "the charge on its way")

        await teller.tell(teller.succeeded(gateway.charges[0].reference))
        gateway.door.set()

        subscription = await starting
        assert subscription["status"] == "active"
        assert (await api.event_types(subscription["id"])).count("subscription_payment_success") == 1
        await teller.are_books_in_order()

    async def test_settles_it_once_by_many_at_once(self, api, teller):
        subscription, _, reference = await teller.started(api, SimulatedCard.TIMEOUT_AFTER)
        body = NoticeText.write(teller.succeeded(reference)).encode()

        answers = await asyncio.gather(*(teller.send(body) for _ in range(4)))

        assert {answer.status_code for answer in answers} == {200}
        assert (await api.event_types(subscription["id"])).count("subscription_payment_success") == 1
        await teller.are_books_in_order()

    async def test_touches_nothing_of_another_merchant_or_mode(self, api, teller, stage, server, merchant):
        others = []
        for secret in ((await stage.merchant()).secret, merchant.in_mode(Mode.LIVE).secret):
            headers = {"Authorization": f"Bearer {secret.text}"}
            async with httpx.AsyncClient(base_url=server.url, headers=headers, timeout=30) as http:
                _, invoice, _ = await teller.started(MerchantClient(http), SimulatedCard.TIMEOUT_AFTER)
                others.append((headers, invoice))
        _, invoice, reference = await teller.started(api, SimulatedCard.TIMEOUT_AFTER)

        await teller.tell(teller.succeeded(reference))

        assert (await teller.invoice(api, invoice))["status"] == "paid"
        for headers, theirs in others:
            async with httpx.AsyncClient(base_url=server.url, headers=headers, timeout=30) as http:
                assert await teller.invoice(MerchantClient(http), theirs) == theirs

    async def test_of_another_amount_hands_it_to_a_person(self, api, teller):
        _, invoice, reference = await teller.started(api, SimulatedCard.TIMEOUT_AFTER)
        for _ in range(2):
            await teller.tell(teller.succeeded(reference, Money(499_999, PRICE.currency)))
        assert (await teller.transaction(api, invoice))["status"] == "review"
        assert [kept.reason for kept in await teller.kept()] == ["contradiction"]

    async def test_is_believed_of_a_success_that_is_known(self, api, teller):
        _, invoice, reference = await teller.started(api, SimulatedCard.APPROVE)
        await teller.tell(teller.succeeded(reference))
        assert await teller.invoice(api, invoice) == invoice
        assert await teller.kept() == ()

    async def test_that_failed_is_looked_up(self, api, teller):
        """It says nothing of advice, and it may be wrong: what the provider answers when it is asked counts."""
        _, invoice, reference = await teller.started(api, SimulatedCard.TIMEOUT_AFTER)
        await teller.tell(teller.failed(reference))
        assert (await teller.transaction(api, invoice))["status"] == "succeeded"
        assert [kept.reason for kept in await teller.kept()] == ["contradiction"]

    async def test_that_failed_and_that_nobody_has_is_left_pending(self, api, teller):
        _, invoice, reference = await teller.started(api, SimulatedCard.TIMEOUT_BEFORE)
        await teller.tell(teller.failed(reference))
        assert (await teller.transaction(api, invoice))["status"] == "pending"
        assert await teller.kept() == ()

    async def test_is_asked_for_again_when_it_could_not_be_acted_on(self, api, teller, gateway, monkeypatch):
        _, invoice, reference = await teller.started(api, SimulatedCard.TIMEOUT_AFTER)
        body = NoticeText.write(teller.failed(reference)).encode()

        async def lookup(_):
            raise ConnectionResetError

        with monkeypatch.context() as broken:
            broken.setattr(gateway, "lookup", lookup)
            answer = await teller.send(body)
        assert (answer.status_code, answer.json()["error"]["code"]) == (500, "internal_error")
        assert (await teller.transaction(api, invoice))["status"] == "pending"
        assert (await teller.send(body)).status_code == 200
        assert (await teller.transaction(api, invoice))["status"] == "succeeded"

    async def test_happens_when_it_is_for_a_payer_on_a_test_clock(self, api, teller):
        clock = await api.made("/v1/test-clocks", {"now": "2030-01-31T09:00:00Z"})
        customer = await api.customer(testClockId=clock["id"])
        card, plan = await api.card(customer, SimulatedCard.TIMEOUT_AFTER.number), await api.plan()
        order = {"customerId": customer["id"], "planId": plan["id"], "paymentMethodId": card["id"]}
        await api.made("/v1/subscriptions", order)
        (invoice,) = (await api.read("/v1/invoices", customerId=customer["id"]))["items"]
        transaction = await teller.transaction(api, invoice)

        await teller.tell(teller.succeeded(PaymentAttemptId.parse(transaction["id"]).suffix))

        assert (await teller.invoice(api, invoice))["paidAt"] == "2030-01-31T09:00:00Z"

    async def test_that_failed_is_no_news_once_it_has(self, api, teller):
        _, invoice, reference = await teller.started(api, SimulatedCard.INSUFFICIENT_FUNDS)
        await teller.tell(teller.failed(reference))
        assert await teller.invoice(api, invoice) == invoice
        assert await teller.kept() == ()

    async def test_that_failed_after_it_succeeded_is_kept_for_a_person(self, api, teller):
        _, invoice, reference = await teller.started(api, SimulatedCard.APPROVE)
        await teller.tell(teller.failed(reference))
        assert await teller.invoice(api, invoice) == invoice
        assert [kept.reason for kept in await teller.kept()] == ["contradiction"]

    async def test_that_succeeded_after_it_failed_is_money_received(self, api, teller, admin):
        subscription, invoice, reference = await teller.started(api, SimulatedCard.INSUFFICIENT_FUNDS)
        for _ in range(2):
            await teller.tell(teller.succeeded(reference))
        async with admin.acquire() as connection:
            (money,) = await connection.fetch("select * from test.incoming_payments")
        assert (money["reference"], money["amount"], money["fee"]) == (f"chg-{reference}", 500_000, teller.FEE.amount)
        assert money["attempt_id"] == PaymentAttemptId.from_suffix(reference).value
        assert money["subscription_id"] == SubscriptionId.parse(subscription["id"]).value
        book = CollectionBook(admin, Mode.TEST, provider="simulated")
        assert [(one.reference, one.status) async for one in book.attempts()] == [(reference, "received")]
        assert [one async for one in book.arrivals()] == []
        assert (await teller.transaction(api, invoice))["status"] == "failed"
        assert await teller.kept() == ()
        await teller.are_books_in_order()


class TestANoticeOfPushedMoney:
    async def test_is_received_once_for_the_request_it_names(self, api, teller, merchant, admin, ids):
        subscription, invoice, _ = await teller.started(api, SimulatedCard.INSUFFICIENT_FUNDS)
        asked = await teller.asked(merchant, subscription, invoice, ids)

        for _ in range(2):
            await teller.tell(teller.received(asked.reference))

        async with admin.acquire() as connection:
            (money,) = await connection.fetch("select * from test.incoming_payments")
        assert (money["reference"], money["payment_request_id"]) == ("pay-1", asked.id.value)
        book = CollectionBook(admin, Mode.TEST, provider="simulated")
        assert [(one.reference, one.amount, one.fee) async for one in book.arrivals()] == [("pay-1", PRICE, teller.FEE)]
        assert [one.reference async for one in book.requests()] == [asked.reference]
        assert (await teller.invoice(api, invoice))["status"] == "paid"
        assert await teller.kept() == ()
        await teller.are_books_in_order()


class TestANoticeOfARefund:
    GIVEN = replace(PRICE, amount=200_000)

    async def refunded(self, api: MerchantClient, teller, *, status: str):
        """Give the invoice, the reference of its charge, and that of a refund of a part of it."""
        _, invoice, charge = await teller.started(api, SimulatedCard.APPROVE)
        made = await api.made(f"/v1/invoices/{invoice['id']}/refund", {"amount": self.GIVEN.amount})
        assert made["status"] == status
        return invoice, charge, RefundId.parse(made["id"]).suffix

    def succeeded(self, teller, refund: str, charge: str, amount: Money = GIVEN) -> RefundSucceeded:
        return RefundSucceeded(f"evt-{refund}-1", refund, charge, "rfd-1", amount, teller.clock.now())

    def failed(self, teller, refund: str, charge: str) -> RefundFailed:
        event, now = f"evt-{refund}-0", teller.clock.now()
        return RefundFailed(event, refund, charge, "rfd-1", self.GIVEN, now, "refund_not_allowed", "Not allowed")

    @pytest.fixture
    def silence(self, gateway, monkeypatch):
        """The provider lets nobody know what became of a refund, but by a notice."""

        async def refund(_):
            return Unknown("It said nothing.")

        monkeypatch.setattr(gateway, "refund", refund)

    @pytest.mark.usefixtures("silence")
    async def test_settles_a_pending_one_once_while_its_holder_still_waits(self, either, teller):
        invoice, charge, refund = await self.refunded(either, teller, status="pending")
        for _ in range(2):
            await teller.tell(self.succeeded(teller, refund, charge))
        (after,) = (await either.read("/v1/refunds", invoiceId=invoice["id"]))["items"]
        assert after["status"] == "succeeded"
        assert (await teller.invoice(either, invoice))["amountRefunded"] == self.GIVEN.amount
        assert await teller.kept() == ()
        await teller.are_books_in_order()

    @pytest.mark.usefixtures("silence")
    async def test_that_failed_leaves_a_pending_one_to_a_person(self, api, teller):
        invoice, charge, refund = await self.refunded(api, teller, status="pending")
        for _ in range(2):
            await teller.tell(self.failed(teller, refund, charge))
        (after,) = (await api.read("/v1/refunds", invoiceId=invoice["id"]))["items"]
        assert (after["status"], after["failureCode"]) == ("needs_attention", "refund_not_allowed")
        assert (await teller.invoice(api, invoice))["amountRefunded"] == 0
        assert await teller.kept() == ()
        await teller.are_books_in_order()

    @pytest.mark.usefixtures("silence")
    async def test_of_another_amount_is_left_to_a_person(self, api, teller):
        invoice, charge, refund = await self.refunded(api, teller, status="pending")
        await teller.tell(self.succeeded(teller, refund, charge, Money(199_999, PRICE.currency)))
        (after,) = (await api.read("/v1/refunds", invoiceId=invoice["id"]))["items"]
        assert (after["status"], after["failureCode"]) == ("needs_attention", "amount_mismatch")
        assert [kept.reason for kept in await teller.kept()] == ["contradiction"]

    async def test_is_no_news_once_it_is_given(self, api, teller):
        invoice, charge, refund = await self.refunded(api, teller, status="succeeded")
        before = await teller.invoice(api, invoice)
        await teller.tell(self.succeeded(teller, refund, charge))
        assert await teller.invoice(api, invoice) == before
        assert await teller.kept() == ()

    async def test_that_failed_after_it_was_given_is_kept_for_a_person(self, api, teller):
        invoice, charge, refund = await self.refunded(api, teller, status="succeeded")
        before = await teller.invoice(api, invoice)
        await teller.tell(self.failed(teller, refund, charge))
        assert await teller.invoice(api, invoice) == before
        assert [kept.reason for kept in await teller.kept()] == ["contradiction"]
