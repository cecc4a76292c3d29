from duro.payments import SimulatedCard
from duro.testkit import Deadline, ServiceCommand
from storm.books import Books, Progress, reference_of


async def is_charged_once(counter, processes):
    """Let some minutes pass and a worker come; the subscription must end active and charged exactly once."""
    async with counter.administrator() as connection:
        schema = counter.merchant.mode.value
        await connection.execute(f"update {schema}.subscriptions set created_at = created_at - interval '3 minutes'")
    await processes.start(ServiceCommand("duro.billing_worker", environment=counter.settings))

    async def is_settled():
        return await Books(counter.admin_url).progress() == Progress(settled=1, pending=0, due=0)

    await Deadline(40, 0.2).until(is_settled, "the first charge being settled")
    story = await counter.story()
    (taken,) = [line for line in await counter.presented() if line["takings"]]
    (attempt,), (invoice,) = story.attempts, story.invoices
    assert (story.row["status"], story.row["cycles_completed"], len(story.cases)) == ("active", 1, 0)
    assert (attempt["status"], invoice["status"], invoice["amount_paid"]) == ("succeeded", "paid", invoice["total"])
    assert (taken["reference"], taken["amount"], taken["takings"]) == (reference_of(attempt), attempt["amount"], 1)
    assert story.events == [
        "1 subscription_created",
        "2 invoice_created",
        "3 subscription_activated",
        "4 subscription_payment_success",
    ]


class TestASubscriptionWhoseApiWasKilled:
    async def test_before_the_first_charge_was_claimed_is_charged_once(self, counter, processes):
        order = await counter.order(SimulatedCard.APPROVE)
        async with counter.administrator() as connection, connection.transaction():
            await connection.execute(f"lock table {counter.merchant.mode.value}.invoices in exclusive mode")
            waiting = counter.subscribing(order)
            await Deadline(15).until(counter.story, "the subscription")
            await counter.killed(waiting)
        assert await counter.attempts() == []
        await is_charged_once(counter, processes)

    async def test_before_the_first_charge_was_taken_is_charged_once(self, counter, processes):
        waiting = counter.subscribing(await counter.order(SimulatedCard.TIMEOUT_BEFORE))
        await Deadline(15).until(counter.presented, "the charge arriving at the gateway")
        await counter.killed(waiting)
        assert [line["takings"] for line in await counter.presented()] == [0]
        await is_charged_once(counter, processes)

    async def test_while_the_first_charge_was_under_way_is_charged_once(self, counter, processes):
        waiting = counter.subscribing(await counter.order(SimulatedCard.SLOW))
        await Deadline(15).until(counter.attempts, "the claimed charge")
        await counter.killed(waiting)
        await is_charged_once(counter, processes)

    async def test_after_the_first_charge_was_taken_is_charged_once(self, counter, processes):
        waiting = counter.subscribing(await counter.order(SimulatedCard.TIMEOUT_AFTER))
        await Deadline(15).until(counter.presented, "the charge being taken")
        await counter.killed(waiting)
        assert [line["takings"] for line in await counter.presented()] == [1]
        assert [attempt["status"] for attempt in await counter.attempts()] == ["pending"]
        await is_charged_once(counter, processes)
