"""What a merchant decides about money: to give it back, to let it go, to ask for it again, to grant credit."""

from duro.payments import SimulatedCard
from journey import Followed, Shop, World

STARTED = ("subscription_created", "invoice_created", "subscription_activated", "subscription_payment_success")
RENEWED = ("invoice_created", "subscription_payment_success")
DECLINED = ("invoice_created", "subscription_past_due", "subscription_payment_failed")


async def past_due(world: World, shop: Shop) -> tuple[Followed, str]:
    """Let a renewal be declined on the last day of February; give the invoice as well."""
    subscription = await shop.starts(SimulatedCard.INSUFFICIENT_FUNDS, paid_until="2026-02-28T09:00:00Z")
    await subscription.is_told("subscription_created", "subscription_activated")
    await world.reach("2026-02-28")
    await subscription.is_told(*DECLINED)
    (invoice,) = await subscription.invoices()
    return subscription, invoice["id"]


async def act(shop: Shop, path: str, body: object = None) -> dict[str, object]:
    answer = await shop.client.post(path, body)
    assert answer.status_code in {200, 201}, answer.text
    return answer.json()


class TestARefund:
    async def test_gives_the_money_back_and_changes_nothing_about_what_comes(self, world: World, shop: Shop):
        subscription = await shop.starts()
        await subscription.is_told(*STARTED)
        await world.reach("2026-02-10")
        (invoice,) = await subscription.invoices()
        refund = await act(shop, f"/v1/invoices/{invoice['id']}/refund", {"amount": 120_000})
        assert refund["status"] == "succeeded"
        await subscription.is_told("subscription_payment_refunded")
        assert [charge.refunded for charge in (await world.bank.charges()).values()] == [120_000]
        assert await world.reach("2026-02-27") == []
        await subscription.is_told_nothing()

        assert await world.reach("2026-02-28") == [subscription.id]
        await subscription.is_told(*RENEWED)
        await subscription.shows(status="active", cyclesCompleted=2, currentPeriodEnd="2026-03-31T09:00:00Z")
        assert await world.reach("2026-03-01") == []
        await subscription.is_told_nothing()

    async def test_after_the_end_gives_back_the_rest(self, world: World, shop: Shop):
        subscription = await shop.starts()
        await subscription.is_told(*STARTED)
        (invoice,) = await subscription.invoices()
        path = f"/v1/invoices/{invoice['id']}/refund"
        await act(shop, path, {"amount": 120_000})
        await subscription.is_told("subscription_payment_refunded")
        await world.reach("2026-02-10")
        await subscription.cancel()
        await subscription.is_told("subscription_cancelled")
        await act(shop, path, {})
        await subscription.is_told("subscription_payment_refunded")
        assert [charge.refunded for charge in (await world.bank.charges()).values()] == [500_000]
        assert await world.reach("2026-02-28") == []
        await subscription.is_told_nothing()


class TestCredit:
    async def test_is_used_up_by_the_invoices_that_come(self, world: World, shop: Shop):
        subscription = await shop.starts()
        await subscription.is_told(*STARTED)
        await act(shop, f"{subscription.path}/credit", {"amount": 700_000, "reason": "an outage", "currency": "NGN"})
        await subscription.is_told("subscription_updated")
        await subscription.shows(balance=700_000)
        await world.reach("2026-02-28")
        await subscription.is_told(*RENEWED)
        await subscription.shows(balance=200_000, cyclesCompleted=2)
        await world.reach("2026-03-30")
        await subscription.is_told_nothing()
        await world.reach("2026-03-31")
        await subscription.is_told(*RENEWED)
        await subscription.shows(balance=0, cyclesCompleted=3)
        await subscription.was_billed(
            "2026-01-31..2026-02-28 paid: succeeded",
            "2026-02-28..2026-03-31 paid: none",
            "2026-03-31..2026-04-30 paid: succeeded",
        )
        assert await world.taken() == [500_000, 300_000]
        entries = (await shop.client.read(f"{subscription.path}/credit"))["items"]
        assert [(entry["cause"], entry["amount"]) for entry in entries] == [
            ("invoice", -200_000),
            ("invoice", -500_000),
            ("credit_granted", 700_000),
        ]
        assert await world.reach("2026-04-01") == []


class TestAnInvoiceThatIsVoided:
    async def test_lets_the_period_pass_unpaid(self, world: World, shop: Shop):
        subscription, invoice = await past_due(world, shop)
        await shop.lets_recovery_rest(invoice)
        await world.reach("2026-03-05")
        assert (await act(shop, f"/v1/invoices/{invoice}/void"))["status"] == "void"
        await subscription.is_told("subscription_recovered")
        await subscription.shows(
            status="active",
            cyclesCompleted=0,
            currentPeriodStart="2026-02-28T09:00:00Z",
            currentPeriodEnd="2026-03-28T09:00:00Z",
        )
        assert await world.reach("2026-03-27") == []
        await subscription.is_told_nothing()
        assert await world.reach("2026-03-28") == [subscription.id]
        await subscription.is_told(*DECLINED)
        await subscription.was_billed(
            "2026-02-28..2026-03-28 void: failed 51", "2026-03-28..2026-04-28 open: failed 51"
        )
        assert subscription.id not in await world.reach("2026-03-29")

    async def test_of_a_start_ends_it(self, world: World, shop: Shop):
        subscription = await shop.starts(SimulatedCard.INSUFFICIENT_FUNDS)
        await subscription.was_told("subscription_created", "invoice_created", "subscription_payment_failed")
        (invoice,) = await subscription.invoices()
        await act(shop, f"/v1/invoices/{invoice['id']}/void")
        await subscription.is_told("subscription_expired")
        await subscription.shows(status="incomplete_expired")
        assert await world.reach("2026-02-02") == []
        await subscription.is_told_nothing()


class TestAnInvoiceThatIsGivenUp:
    async def test_leaves_the_subscription_unpaid_until_it_is_paid_after_all(self, world: World, shop: Shop):
        subscription, invoice = await past_due(world, shop)
        await world.reach("2026-03-05")
        assert (await act(shop, f"/v1/invoices/{invoice}/mark-uncollectible"))["status"] == "uncollectible"
        await subscription.is_told("subscription_unpaid")
        await subscription.shows(status="unpaid", currentPeriodEnd="2026-02-28T09:00:00Z")
        for day in ("2026-03-27", "2026-03-28", "2026-03-29"):
            assert await world.reach(day) == []
            await subscription.is_told_nothing()

        card = await shop.client.card({"id": subscription.made["customerId"]})
        paid = await act(shop, f"/v1/invoices/{invoice}/pay", {"paymentMethodId": card["id"]})
        assert (paid["status"], paid["transactions"][-1]["reason"]) == ("paid", "The merchant asked for it.")
        await subscription.is_told(
            "subscription_recovered", "subscription_payment_success", "subscription_payment_recovered"
        )
        await subscription.shows(status="active", cyclesCompleted=1, currentPeriodEnd="2026-03-28T09:00:00Z")
        assert await world.taken() == [500_000]

    async def test_is_paid_late_without_an_answer_and_found_by_the_worker(self, world: World, shop: Shop):
        subscription, invoice = await past_due(world, shop)
        await act(shop, f"/v1/invoices/{invoice}/mark-uncollectible")
        await subscription.is_told("subscription_unpaid")
        card = await shop.client.card(
            {"id": subscription.made["customerId"]}, number=SimulatedCard.TIMEOUT_AFTER.number
        )
        waiting = await act(shop, f"/v1/invoices/{invoice}/pay", {"paymentMethodId": card["id"]})
        assert [one["status"] for one in waiting["transactions"]] == ["failed", "pending"]
        await subscription.is_told_nothing()
        (_, pending) = waiting["transactions"]
        assert await world.reach("2026-02-28T09:05:00Z") == [pending["id"]]
        await subscription.is_told(
            "subscription_recovered", "subscription_payment_success", "subscription_payment_recovered"
        )
        await subscription.was_billed("2026-02-28..2026-03-28 paid: failed 51 succeeded")
