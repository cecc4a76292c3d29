"""The API is killed while it gives money back: it goes back once, and provider and ledger agree about it."""

import httpx

from duro.db.audit import Audit
from duro.db.pool import DatabasePool
from duro.kernel import RefundId
from duro.payments import SimulatedCard
from duro.testkit import Deadline, ServiceCommand
from storm.books import GatewayBook

NEVER_ANSWERS = ("--timeout-after-rate", "1", "--hold-ms", "20000")
LOSES = ("--timeout-before-rate", "1", "--hold-ms", "20000")
REFUNDS = "select * from {schema}.refunds order by id"


async def refunding(counter, *words):
    """Take a payment, let the provider behave as told from then on, and begin to give part of it back."""
    subscribed = await counter.subscribing(await counter.order(SimulatedCard.APPROVE))
    assert subscribed.status_code == 201, subscribed.text
    ((invoice,), (attempt,)) = (await counter.story()).invoices, await counter.attempts()
    assert (invoice["status"], attempt["status"]) == ("paid", "succeeded")
    await counter.change_gateway(*words)
    headers = {"Authorization": f"Bearer {counter.merchant.secret.text}"}
    async with httpx.AsyncClient(base_url=counter.api_url, headers=headers) as client:
        page = (await client.get("/v1/invoices")).raise_for_status().json()
    return counter.posting(f"/v1/invoices/{page['items'][0]['id']}/refund", {"amount": 200_000}, key="refund-1")


async def rows(counter):
    async with counter.administrator() as connection:
        return await connection.fetch(REFUNDS.replace("{schema}", counter.merchant.mode.value))


async def lines(counter):
    return list((await GatewayBook.read(counter.gateway_url)).refunds.values())


async def statuses(counter):
    """Say of the one refund what the provider and we know of it."""
    (line,), (row,) = await lines(counter), await rows(counter)
    return line["status"], row["status"]


async def goes_back_once(counter, processes):
    """Let a worker come: there is one refund, at our place and at the provider's."""
    await counter.change_gateway()
    await processes.start(ServiceCommand("duro.billing_worker", environment=counter.settings))

    async def is_settled():
        return [row["status"] for row in await rows(counter)] == ["succeeded"]

    await Deadline(40, 0.2).until(is_settled, "the refund being settled")
    (row,), (line,) = await rows(counter), await lines(counter)
    assert (RefundId(row["id"]).suffix, row["amount"]) == (line["reference"], line["amount"])
    (invoice,) = (await counter.story()).invoices
    assert invoice["amount_refunded"] == 200_000
    pool = await DatabasePool.open(counter.admin_url, min_size=0, max_size=1)
    try:
        assert (await Audit(pool).run(counter.merchant.mode)).findings == ()
    finally:
        await pool.close()


class TestARefundWhoseApiWasKilled:
    async def test_before_anything_went_back_goes_back_once(self, counter, processes):
        waiting = await refunding(counter, *LOSES)
        await Deadline(15).until(lambda: lines(counter), "the refund arriving at the gateway")
        await counter.killed(waiting)
        assert await statuses(counter) == ("lost", "pending")
        await goes_back_once(counter, processes)

    async def test_after_the_money_went_back_is_found(self, counter, processes):
        waiting = await refunding(counter, *NEVER_ANSWERS)
        await Deadline(15).until(lambda: lines(counter), "the money going back")
        await counter.killed(waiting)
        assert await statuses(counter) == ("refunded", "pending")
        await goes_back_once(counter, processes)
