"""What is done about a charge that its payer had their bank take back."""

import asyncio
from dataclasses import replace

import pytest

from duro.kernel import Currency, Money
from duro.payments import DisputeClosed, DisputeOpened, SimulatedCard
from duro.payments.simulated.webhooks.notice_text import NoticeText
from duro.testkit.merchant_client import Json, MerchantClient

PRICE = Money(500_000, Currency("NGN"))
PART = replace(PRICE, amount=200_000)
ENDS = [(True, "won", 500_000), (False, "lost", 0)]
"""How a dispute of all that was taken can end, and what is left with the provider then."""


class Disputes:
    """A payer of one charge, and their bank."""

    def __init__(self, teller, reference: str) -> None:
        self.teller = teller
        self.reference = reference

    def opened(self, amount: Money = PRICE, *, name: str = "dsp-1") -> DisputeOpened:
        at = self.teller.clock.now()
        return DisputeOpened(f"evt-{name}-0", self.reference, name, amount, at, "not_recognized")

    def closed(self, *, is_won: bool, amount: Money = PRICE, name: str = "dsp-1") -> DisputeClosed:
        return DisputeClosed(f"evt-{name}-1", self.reference, name, amount, self.teller.clock.now(), is_won=is_won)


async def gateway_balance(admin) -> int:
    async with admin.acquire() as connection:
        return await connection.fetchval(
            "select coalesce(sum(amount), 0)::bigint from test.ledger_entries where account = 'gateway:simulated'"
        )


class TestADispute:
    @pytest.fixture
    async def charged(self, api, teller):
        """A subscription whose only charge succeeded."""
        subscription, invoice, reference = await teller.started(api, SimulatedCard.APPROVE)
        return subscription, invoice, Disputes(teller, reference)

    @staticmethod
    async def method(api: MerchantClient, transaction: Json) -> Json:
        return await api.read(f"/v1/payment-methods/{transaction['paymentMethodId']}")

    async def test_is_written_down_once_and_is_no_debt_of_the_payer(self, api, teller, admin, charged):
        subscription, invoice, disputes = charged
        before = await api.read(f"/v1/subscriptions/{subscription['id']}")
        opened = disputes.opened()

        for _ in range(2):
            await teller.tell(opened)

        transaction = await teller.transaction(api, invoice)
        assert transaction["status"] == "succeeded"
        assert transaction["dispute"] == {
            "status": "open",
            "amount": 500_000,
            "reason": "not_recognized",
            "openedAt": opened.at.format_iso(),
            "closedAt": None,
        }
        listed = (await api.read("/v1/transactions"))["items"]
        assert listed == [transaction] == [await api.read(f"/v1/transactions/{transaction['id']}")]
        after = await teller.invoice(api, invoice)
        assert {**after, "transactions": []} == {**invoice, "transactions": []}
        assert await api.read(f"/v1/subscriptions/{subscription['id']}") == before
        assert await gateway_balance(admin) == 0
        assert await teller.kept() == ()
        await teller.are_books_in_order()

    async def test_is_written_down_once_by_many_at_once(self, api, teller, admin, charged):
        _, invoice, disputes = charged
        body = NoticeText.write(disputes.opened()).encode()
        answers = await asyncio.gather(*(teller.send(body) for _ in range(4)))
        assert {answer.status_code for answer in answers} == {200}
        assert (await teller.transaction(api, invoice))["dispute"]["status"] == "open"
        assert await gateway_balance(admin) == 0
        await teller.are_books_in_order()

    async def test_bars_the_card(self, api, teller, charged):
        subscription, invoice, disputes = charged
        transaction = await teller.transaction(api, invoice)
        assert (await self.method(api, transaction))["barredAt"] is None
        await teller.tell(disputes.opened())
        assert (await self.method(api, transaction))["barredAt"] is not None
        order = {"planId": subscription["terms"]["planId"], "paymentMethodId": transaction["paymentMethodId"]}
        refused = await api.post("/v1/subscriptions", {"customerId": subscription["customerId"], **order})
        assert (refused.status_code, refused.json()["error"]["code"]) == (409, "payment_method_barred")

    @pytest.mark.parametrize("end", ENDS)
    async def test_ends_once(self, api, teller, admin, charged, end):
        (_, invoice, disputes), (is_won, status, left) = charged, end
        await teller.tell(disputes.opened())
        closed = disputes.closed(is_won=is_won)
        for _ in range(2):
            await teller.tell(closed)
        transaction = await teller.transaction(api, invoice)
        assert (transaction["dispute"]["status"], transaction["dispute"]["closedAt"]) == (
            status,
            closed.at.format_iso(),
        )
        assert (await self.method(api, transaction))["barredAt"] is not None
        assert await gateway_balance(admin) == left
        assert await teller.kept() == ()
        await teller.tell(disputes.closed(is_won=not is_won))
        assert await teller.transaction(api, invoice) == transaction
        assert [kept.reason for kept in await teller.kept()] == ["contradiction"]
        await teller.are_books_in_order()

    @pytest.mark.parametrize("end", ENDS)
    async def test_may_be_told_of_by_its_end_first(self, api, teller, admin, charged, end):
        (_, invoice, disputes), (is_won, status, left) = charged, end
        opened, closed = disputes.opened(), disputes.closed(is_won=is_won)
        await teller.tell(closed)
        await teller.tell(opened)
        transaction = await teller.transaction(api, invoice)
        assert (transaction["dispute"]["status"], transaction["dispute"]["reason"]) == (status, None)
        assert (await self.method(api, transaction))["barredAt"] is not None
        assert await gateway_balance(admin) == left
        assert await teller.kept() == ()
        await teller.are_books_in_order()

    async def test_leaves_room_for_another_of_what_is_left(self, api, teller, admin, charged):
        _, invoice, disputes = charged
        await teller.tell(disputes.opened(PART))
        await teller.tell(disputes.closed(is_won=True, amount=PART))
        await teller.tell(disputes.opened(PRICE, name="dsp-2"))
        await teller.tell(disputes.opened(PART, name="dsp-3"))
        assert (await teller.transaction(api, invoice))["dispute"]["amount"] == 500_000
        assert [(kept.reason, kept.key) for kept in await teller.kept()] == [("contradiction", "evt-dsp-3-0")]
        assert await gateway_balance(admin) == 0
        await teller.are_books_in_order()

    async def test_that_cannot_be_is_kept_for_a_person(self, api, teller, admin, charged):
        _, invoice, disputes = charged
        await teller.tell(disputes.opened(replace(PRICE, amount=PRICE.amount + 1), name="dsp-2"))
        await teller.tell(disputes.opened(Money(5, Currency("USD")), name="dsp-3"))
        await teller.tell(Disputes(teller, "0" * 26).opened(name="dsp-4"))
        assert (await teller.transaction(api, invoice))["dispute"] is None
        await teller.tell(disputes.opened())
        await teller.tell(disputes.closed(is_won=True, amount=PART))
        assert (await teller.transaction(api, invoice))["dispute"]["status"] == "open"
        assert {kept.key: kept.reason for kept in await teller.kept()} == {
            "evt-dsp-2-0": "contradiction",
            "evt-dsp-3-0": "contradiction",
            "evt-dsp-4-0": "unknown_reference",
            "evt-dsp-1-1": "contradiction",
        }
        await teller.are_books_in_order()

    async def test_of_a_charge_that_took_nothing_is_kept_for_a_person(self, api, teller):
        _, invoice, reference = await teller.started(api, SimulatedCard.INSUFFICIENT_FUNDS)
        await teller.tell(Disputes(teller, reference).opened())
        assert (await teller.transaction(api, invoice))["dispute"] is None
        assert [kept.reason for kept in await teller.kept()] == ["contradiction"]

    async def test_of_pushed_money_is_kept_for_a_person(self, api, teller, merchant, ids):
        subscription, invoice, _ = await teller.started(api, SimulatedCard.INSUFFICIENT_FUNDS)
        asked = await teller.asked(merchant, subscription, invoice, ids)
        await teller.tell(teller.received(asked.reference))
        await teller.tell(Disputes(teller, asked.reference).opened())
        assert [kept.kind for kept in await teller.kept()] == ["DisputeOpened"]
        await teller.are_books_in_order()


class TestARefundOfADisputedCharge:
    @pytest.fixture
    async def disputed(self, api, teller):
        _, invoice, reference = await teller.started(api, SimulatedCard.APPROVE)
        disputes = Disputes(teller, reference)
        await teller.tell(disputes.opened(PART))
        return invoice, disputes

    async def code(self, api, invoice):
        answer = await api.post(f"/v1/invoices/{invoice['id']}/refund", {"amount": 100_000})
        return (answer.status_code, answer.json().get("error", {}).get("code"))

    async def test_is_refused_while_it_is_open_or_lost(self, api, teller, disputed):
        invoice, disputes = disputed
        assert await self.code(api, invoice) == (409, "charge_disputed")
        await teller.tell(disputes.closed(is_won=False, amount=PART))
        assert await self.code(api, invoice) == (409, "charge_disputed")
        assert (await api.read("/v1/refunds", invoiceId=invoice["id"]))["items"] == []

    async def test_is_given_once_the_merchant_has_won(self, api, teller, disputed):
        invoice, disputes = disputed
        await teller.tell(disputes.closed(is_won=True, amount=PART))
        assert await self.code(api, invoice) == (201, None)
        await teller.are_books_in_order()
