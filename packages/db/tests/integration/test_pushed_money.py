import asyncio
from dataclasses import replace

import pytest
from asyncpg import UniqueViolationError
from whenever import TimeDelta

from duro.billing.recovery import Rail
from duro.db.push_rows import Allocation, IncomingPayment, PaymentRequest, PaymentRequestStatus
from duro.kernel import AllocationId, IncomingPaymentId, Mode, NotFoundError, PaymentRequestId


def request_for(book, invoice, rail=Rail.USSD):
    return PaymentRequest(
        id=book.ids.new(PaymentRequestId),
        invoice_id=invoice.id,
        subscription_id=invoice.subscription_id,
        provider="simulated",
        rail=rail,
        status=PaymentRequestStatus.OPENING,
        amount=invoice.total,
        look_at=book.clock.now() + TimeDelta(seconds=60),
        created_at=book.clock.now(),
    )


def payment_of(book, amount, reference="sim_1"):
    return IncomingPayment(
        id=book.ids.new(IncomingPaymentId),
        provider="simulated",
        reference=reference,
        rail=Rail.TRANSFER,
        amount=amount,
        received_at=book.clock.now(),
        created_at=book.clock.now(),
    )


@pytest.fixture
async def tenant(book):
    return await book.tenant()


@pytest.fixture
async def invoice(book, tenant):
    claimed, _ = await book.claim(tenant, await book.standing(tenant))
    return claimed


class TestAPaymentRequest:
    async def test_is_opened_with_what_the_payer_is_to_do(self, book, tenant, invoice):
        asked = request_for(book, invoice)
        opened = replace(
            asked,
            status=PaymentRequestStatus.OPEN,
            instructions={"code": "*901*000*1#"},
            expires_at=book.clock.now() + TimeDelta(hours=1),
        )
        async with book.test.open(tenant) as repos:
            await repos.payment_requests.insert(asked)
        async with book.test.open(tenant) as repos:
            assert await repos.payment_requests.get(asked.id) == asked
            await repos.payment_requests.update(opened)
        async with book.test.open(tenant) as repos:
            assert await repos.payment_requests.lock(asked.id) == opened

    async def test_keeps_its_instructions_out_of_logs(self, book, invoice):
        assert "*901#" not in repr(replace(request_for(book, invoice), instructions={"code": "*901#"}))

    async def test_is_one_a_rail_while_money_is_hoped_for(self, book, tenant, invoice):
        first, other_rail = request_for(book, invoice), request_for(book, invoice, Rail.TRANSFER)
        async with book.test.open(tenant) as repos:
            await repos.payment_requests.insert(first)
            await repos.payment_requests.insert(other_rail)
            assert await repos.payment_requests.lock_waiting(invoice.id) == (first, other_rail)
        with pytest.raises(UniqueViolationError):
            async with book.test.open(tenant) as repos:
                await repos.payment_requests.insert(request_for(book, invoice))
        refused = replace(first, status=PaymentRequestStatus.REFUSED, settled_at=book.clock.now())
        again = request_for(book, invoice)
        async with book.test.open(tenant) as repos:
            await repos.payment_requests.update(refused)
            await repos.payment_requests.insert(again)
            assert await repos.payment_requests.lock_waiting(invoice.id) == (other_rail, again)

    async def test_must_exist_to_change(self, book, tenant, invoice):
        with pytest.raises(NotFoundError):
            async with book.test.open(tenant) as repos:
                await repos.payment_requests.update(request_for(book, invoice))

    async def test_is_nobody_elses(self, book, tenant, invoice):
        asked = request_for(book, invoice)
        async with book.test.open(tenant) as repos:
            await repos.payment_requests.insert(asked)
        async with book.test.open(await book.tenant("Other")) as repos:
            assert await repos.payment_requests.get(asked.id) is None
            assert await repos.payment_requests.lock_waiting(invoice.id) == ()
        async with book.contexts[Mode.LIVE].open(tenant) as repos:
            assert await repos.payment_requests.get(asked.id) is None


class TestMoneyThatCame:
    async def test_is_recorded_once_for_each_reference(self, book, tenant, invoice):
        first, repeat = payment_of(book, invoice.total), payment_of(book, invoice.total)
        async with book.test.open(tenant) as repos:
            assert await repos.incoming_payments.record(first)
            assert not await repos.incoming_payments.record(repeat)
            assert await repos.incoming_payments.record(payment_of(book, invoice.total, "sim_2"))
            assert await repos.incoming_payments.find(provider="simulated", reference="sim_1") == first
            assert await repos.incoming_payments.find(provider="another", reference="sim_1") is None

    async def test_is_recorded_once_when_told_twice_at_once(self, book, tenant, invoice):
        async def tell():
            async with book.test.open(tenant) as repos:
                return await repos.incoming_payments.record(payment_of(book, invoice.total))

        assert sorted(await asyncio.gather(*(tell() for _ in range(3)))) == [False, False, True]

    async def test_names_what_it_came_for(self, book, tenant, invoice):
        asked = request_for(book, invoice)
        came = replace(
            payment_of(book, invoice.total), payment_request_id=asked.id, subscription_id=invoice.subscription_id
        )
        async with book.test.open(tenant) as repos:
            await repos.payment_requests.insert(asked)
            await repos.incoming_payments.record(came)
        async with book.test.open(tenant) as repos:
            assert await repos.incoming_payments.find(provider="simulated", reference="sim_1") == came

    async def test_pays_an_invoice_and_leaves_the_rest_as_credit(self, book, tenant, invoice):
        came = payment_of(book, invoice.total + invoice.total)
        parts = tuple(
            Allocation(
                id=book.ids.new(AllocationId),
                incoming_payment_id=came.id,
                pays=pays,
                amount=invoice.total,
                created_at=book.clock.now(),
            )
            for pays in (invoice.id, invoice.subscription_id)
        )
        async with book.test.open(tenant) as repos:
            await repos.incoming_payments.record(came)
            await repos.incoming_payments.allocate(parts)
        async with book.test.open(tenant) as repos:
            assert await repos.incoming_payments.allocations(came.id) == parts

    async def test_is_nobody_elses(self, book, tenant, invoice):
        async with book.test.open(tenant) as repos:
            await repos.incoming_payments.record(payment_of(book, invoice.total))
        async with book.test.open(await book.tenant("Other")) as repos:
            assert await repos.incoming_payments.find(provider="simulated", reference="sim_1") is None
            assert await repos.incoming_payments.record(payment_of(book, invoice.total))
