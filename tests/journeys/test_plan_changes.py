"""A subscription that changes its plan: what is due, when, and on which terms it goes on."""

from duro.payments import SimulatedCard
from journey import Shop, World

STARTED = ("subscription_created", "invoice_created", "subscription_activated", "subscription_payment_success")
RENEWED = ("invoice_created", "subscription_payment_success")
FEBRUARY = "2026-01-31..2026-02-28 paid: succeeded"
HALF_WAY = "2026-02-14"


async def started(shop: Shop, world: World, **plan: object):
    """Start a subscription for NGN 5,000.00 a month and let half of its first month pass."""
    subscription = await shop.starts(name="Basic", **plan)
    await subscription.is_told(*STARTED)
    assert await world.reach(HALF_WAY) == []
    return subscription


class TestAnUpgrade:
    async def test_puts_its_difference_on_the_next_invoice(self, world: World, shop: Shop):
        subscription = await started(shop, world)
        gold = await shop.client.plan(name="Gold", amount=1_000_000)
        preview = await subscription.preview(gold)
        assert (preview["applies"], preview["credit"], preview["charge"], preview["amountDue"]) == (
            "now",
            250_000,
            500_000,
            0,
        )
        await subscription.is_told_nothing()

        changed = await subscription.change(gold)
        assert changed["invoice"] is None
        assert (changed["subscription"]["terms"]["planId"], changed["subscription"]["status"]) == (gold["id"], "active")
        await subscription.is_told("subscription_plan_changed")
        assert preview["nextInvoice"] == await subscription.upcoming()

        assert await world.reach("2026-02-27") == []
        await subscription.is_told_nothing()
        assert await world.reach("2026-02-28") == [subscription.id]
        await subscription.is_told(*RENEWED)
        _, invoice = await subscription.invoices()
        assert [(line["description"], line["amount"]) for line in invoice["lines"]] == [
            ("Gold", 1_000_000),
            ("Unused time on Basic", -250_000),
            ("Remaining time on Gold", 500_000),
        ]
        assert [line["description"] for line in preview["nextInvoice"]["lines"]] == [
            line["description"] for line in invoice["lines"]
        ]
        assert invoice["amount"] == preview["nextInvoice"]["amount"] == 1_250_000
        assert await world.reach("2026-03-01") == []
        await world.reach("2026-03-31")
        await subscription.is_told(*RENEWED)
        assert await world.taken() == [500_000, 1_250_000, 1_000_000]

    async def test_is_invoiced_at_once_when_asked_to(self, world: World, shop: Shop):
        subscription = await started(shop, world)
        gold = await shop.client.plan(name="Gold", amount=1_000_000)
        preview = await subscription.preview(gold, prorationBehavior="invoice_now")
        changed = await subscription.change(gold, prorationBehavior="invoice_now")
        invoice = changed["invoice"]
        assert (invoice["kind"], invoice["status"], invoice["amount"]) == ("proration", "paid", 250_000)
        assert (preview["amountDue"], preview["lines"]) == (invoice["amount"], invoice["lines"])
        await subscription.is_told("subscription_plan_changed", "invoice_created", "subscription_payment_success")
        await subscription.shows(currentPeriodEnd="2026-02-28T09:00:00Z", cyclesCompleted=1)
        await world.reach("2026-02-28")
        await subscription.is_told(*RENEWED)
        await subscription.was_billed(
            FEBRUARY, "2026-02-14..2026-02-28 paid: succeeded", "2026-02-28..2026-03-31 paid: succeeded"
        )
        assert await world.taken() == [500_000, 250_000, 1_000_000]

    async def test_applies_even_if_its_invoice_is_declined_and_opens_a_case(self, world: World, shop: Shop):
        subscription = await started(shop, world)
        await subscription.pays_with(SimulatedCard.INSUFFICIENT_FUNDS)
        await subscription.is_told("subscription_updated")
        gold = await shop.client.plan(name="Gold", amount=1_000_000)
        changed = await subscription.change(gold, prorationBehavior="invoice_now")
        assert (changed["invoice"]["status"], changed["invoice"]["amountRemaining"]) == ("open", 250_000)
        await subscription.is_told("subscription_plan_changed", "invoice_created", "subscription_payment_failed")
        await subscription.shows(status="active", currentPeriodEnd="2026-02-28T09:00:00Z")
        await shop.lets_recovery_rest(changed["invoice"]["id"])
        assert await world.reach("2026-02-27") == []
        assert await world.taken() == [500_000]


class TestADowngrade:
    async def test_gives_its_credit_to_the_next_renewals(self, world: World, shop: Shop):
        subscription = await started(shop, world)
        mini = await shop.client.plan(name="Mini", amount=100_000)
        await subscription.change(mini)
        await subscription.is_told("subscription_plan_changed")
        assert (await subscription.upcoming())["creditGranted"] == 100_000
        await world.reach("2026-02-28")
        await subscription.is_told(*RENEWED)
        await subscription.shows(balance=100_000, cyclesCompleted=2)
        await world.reach("2026-03-31")
        await subscription.is_told(*RENEWED)
        await subscription.shows(balance=0, cyclesCompleted=3)
        await world.reach("2026-04-30")
        await subscription.is_told(*RENEWED)
        assert await world.taken() == [500_000, 100_000]

    async def test_goes_to_the_balance_at_once_when_asked_to(self, world: World, shop: Shop):
        subscription = await started(shop, world)
        mini = await shop.client.plan(name="Mini", amount=100_000)
        changed = await subscription.change(mini, prorationBehavior="invoice_now")
        assert (changed["invoice"]["status"], changed["invoice"]["creditGranted"]) == ("paid", 200_000)
        await subscription.is_told("subscription_plan_changed", "invoice_created", "subscription_payment_success")
        await subscription.shows(balance=200_000)

    async def test_that_is_ended_with_keeps_its_credit(self, world: World, shop: Shop):
        subscription = await started(shop, world)
        await subscription.change(await shop.client.plan(name="Mini", amount=100_000))
        await subscription.is_told("subscription_plan_changed")
        await subscription.cancel()
        await subscription.is_told("subscription_cancelled")
        await subscription.shows(balance=250_000)


class TestAQuantity:
    async def test_is_prorated_like_a_plan(self, world: World, shop: Shop):
        subscription = await started(shop, world)
        changed = await subscription.change(quantity=3)
        assert changed["subscription"]["quantity"] == 3
        await subscription.is_told("subscription_updated")
        assert (await subscription.upcoming())["amount"] == 3 * 500_000 + 500_000
        await world.reach("2026-02-28")
        await subscription.is_told(*RENEWED)
        assert await world.taken() == [500_000, 2_000_000]


class TestAChangeOfInterval:
    async def test_begins_a_new_period_once_it_is_paid(self, world: World, shop: Shop):
        subscription = await started(shop, world)
        yearly = await shop.client.plan(name="Yearly", amount=5_000_000, interval="year")
        preview = await subscription.preview(yearly)
        assert (preview["applies"], preview["amountDue"]) == ("on_payment", 4_750_000)
        changed = await subscription.change(yearly)
        invoice = changed["invoice"]
        assert (invoice["kind"], invoice["status"], invoice["amount"]) == ("plan_change", "paid", 4_750_000)
        assert (invoice["lines"], preview["nextInvoice"]) == (preview["lines"], await subscription.upcoming())
        await subscription.is_told("invoice_created", "subscription_plan_changed", "subscription_payment_success")
        await subscription.shows(
            anchor="2026-02-14T09:00:00Z",
            currentPeriodStart="2026-02-14T09:00:00Z",
            currentPeriodEnd="2027-02-14T09:00:00Z",
            cyclesCompleted=2,
        )
        for day in ("2026-02-27", "2026-02-28", "2026-03-01", "2027-02-13"):
            assert await world.reach(day) == []
        assert await world.reach("2027-02-14") == [subscription.id]
        await subscription.is_told(*RENEWED)
        await subscription.was_billed(
            FEBRUARY, "2026-02-14..2027-02-14 paid: succeeded", "2027-02-14..2028-02-14 paid: succeeded"
        )

    async def test_leaves_the_old_terms_if_it_is_declined(self, world: World, shop: Shop):
        subscription = await started(shop, world)
        await subscription.pays_with(SimulatedCard.INSUFFICIENT_FUNDS)
        await subscription.is_told("subscription_updated")
        yearly = await shop.client.plan(name="Yearly", amount=5_000_000, interval="year")
        changed = await subscription.change(yearly)
        assert (changed["invoice"]["status"], changed["subscription"]["terms"]["amount"]) == ("void", 500_000)
        await subscription.is_told("invoice_created", "subscription_payment_failed")
        assert await shop.recovery_of(changed["invoice"]["id"]) is None
        await subscription.shows(status="active", currentPeriodEnd="2026-02-28T09:00:00Z", balance=0)

        await subscription.pays_with(SimulatedCard.APPROVE)
        await subscription.is_told("subscription_updated")
        await world.reach("2026-02-28")
        await subscription.is_told(*RENEWED)
        await subscription.was_billed(
            FEBRUARY, "2026-02-14..2027-02-14 void: failed 51", "2026-02-28..2026-03-31 paid: succeeded"
        )
        assert await world.taken() == [500_000, 500_000]

    async def test_applies_late_if_its_answer_comes_late(self, world: World, shop: Shop):
        subscription = await started(shop, world)
        await subscription.pays_with(SimulatedCard.TIMEOUT_AFTER)
        await subscription.is_told("subscription_updated")
        yearly = await shop.client.plan(name="Yearly", amount=5_000_000, interval="year")
        changed = await subscription.change(yearly)
        assert (changed["invoice"]["status"], changed["subscription"]["terms"]["amount"]) == ("open", 500_000)
        await subscription.is_told("invoice_created")

        await world.reach("2026-02-14T09:01:00Z")
        await subscription.is_told("subscription_plan_changed", "subscription_payment_success")
        await subscription.shows(currentPeriodStart="2026-02-14T09:00:00Z", currentPeriodEnd="2027-02-14T09:00:00Z")

    async def test_is_refused_where_there_is_nothing_to_charge(self, world: World, shop: Shop):
        subscription = await started(shop, world)
        await subscription.update(paymentMethodId=None)
        await subscription.is_told("subscription_updated")
        yearly = await shop.client.plan(name="Yearly", amount=5_000_000, interval="year")
        await subscription.is_refused("change-plan", {"planId": yearly["id"]}, code="payment_method_required")
        await subscription.is_told_nothing()
        await subscription.was_billed(FEBRUARY)


class TestAChangeAtTheRenewal:
    async def test_takes_over_with_the_next_invoice(self, world: World, shop: Shop):
        subscription = await started(shop, world)
        yearly = await shop.client.plan(name="Yearly", amount=5_000_000, interval="year")
        preview = await subscription.preview(yearly, when="at_renewal")
        assert (preview["applies"], preview["amountDue"], preview["lines"]) == ("at_renewal", 0, [])
        changed = await subscription.change(yearly, when="at_renewal")
        assert changed["subscription"]["scheduledChange"]["terms"]["planId"] == yearly["id"]
        await subscription.is_told("subscription_updated")
        upcoming = await subscription.upcoming()
        assert preview["nextInvoice"] == upcoming
        assert (upcoming["amount"], upcoming["periodEnd"]) == (5_000_000, "2027-02-28T09:00:00Z")
        assert await world.reach("2026-02-27") == []
        await subscription.shows(scheduledChange=changed["subscription"]["scheduledChange"])

        assert await world.reach("2026-02-28") == [subscription.id]
        await subscription.is_told("invoice_created", "subscription_plan_changed", "subscription_payment_success")
        await subscription.shows(scheduledChange=None, currentPeriodEnd="2027-02-28T09:00:00Z")
        assert await world.reach("2026-03-01") == []
        assert await world.taken() == [500_000, 5_000_000]

    async def test_can_be_taken_back(self, world: World, shop: Shop):
        subscription = await started(shop, world)
        gold = await shop.client.plan(name="Gold", amount=1_000_000)
        await subscription.change(gold, when="at_renewal")
        await subscription.is_told("subscription_updated")
        answer = await shop.client.http.delete(f"{subscription.path}/scheduled-change")
        assert answer.json()["scheduledChange"] is None
        await subscription.is_told("subscription_updated")
        await world.reach("2026-02-28")
        await subscription.is_told(*RENEWED)
        assert await world.taken() == [500_000, 500_000]

    async def test_is_all_that_a_past_due_subscription_can_ask_for(self, world: World, shop: Shop):
        subscription = await shop.starts(SimulatedCard.INSUFFICIENT_FUNDS, paid_until="2026-02-28T09:00:00Z")
        await subscription.is_told("subscription_created", "subscription_activated")
        gold = await shop.client.plan(name="Gold", amount=1_000_000)
        await subscription.change(gold, when="at_renewal")
        await subscription.is_told("subscription_updated")
        await world.reach("2026-02-28")
        await subscription.is_told("invoice_created", "subscription_past_due", "subscription_payment_failed")
        await subscription.shows(status="past_due", scheduledChange=(await subscription.read())["scheduledChange"])
        answer = await shop.client.http.delete(f"{subscription.path}/scheduled-change")
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "change_invoiced")
        mini = await shop.client.plan(name="Mini", amount=100_000)
        changed = await subscription.change(mini, prorationBehavior="invoice_now")
        assert changed["invoice"] is None
        assert changed["subscription"]["scheduledChange"]["terms"]["amount"] == 100_000
        await subscription.is_told("subscription_updated")


class TestAChangeThatIsRefused:
    async def test_names_a_plan_that_can_be_had(self, world: World, shop: Shop):
        subscription = await started(shop, world)
        archived = await shop.client.plan(name="Old")
        await shop.client.post(f"/v1/plans/{archived['id']}/archive")
        await subscription.is_refused("change-plan", {"planId": archived["id"]}, code="plan_archived")
        dollars = await shop.client.plan(name="Dollars", currency="USD")
        await subscription.is_refused("preview", {"planId": dollars["id"]}, code="currency_mismatch")
        answer = await shop.client.post(f"{subscription.path}/change-plan", {"prorationBehavior": "none"})
        assert answer.status_code == 422
        await subscription.is_told_nothing()


class TestAnythingWhileAChargeIsPending:
    async def test_is_refused_but_for_a_cancellation(self, world: World, shop: Shop):
        subscription = await started(shop, world)
        await subscription.pays_with(SimulatedCard.TIMEOUT_AFTER)
        await subscription.is_told("subscription_updated")
        gold = await shop.client.plan(name="Gold", amount=1_000_000)
        await subscription.change(gold, cycleAnchor="now")
        await subscription.is_told("invoice_created")
        for action, body in (("change-plan", {"quantity": 2}), ("preview", {"quantity": 2}), ("pause", None)):
            await subscription.is_refused(action, body, code="payment_in_progress")
        for fields in ({"paymentMethodId": None}, {"billingDay": 15}):
            answer = await shop.client.http.patch(subscription.path, json=fields)
            assert (answer.status_code, answer.json()["error"]["code"]) == (409, "payment_in_progress")
        answer = await shop.client.http.delete(f"{subscription.path}/scheduled-change")
        assert answer.status_code == 409
        await subscription.is_told_nothing()

        await subscription.cancel()
        await subscription.is_told("subscription_cancelled")
        await world.reach("2026-02-14T09:01:00Z")
        await subscription.is_told("subscription_payment_success")
        await world.worker.tick()
        await subscription.is_told("subscription_payment_refunded")
        await subscription.shows(status="canceled", accessEndsAt="2026-02-14T09:00:00Z", cyclesCompleted=1)
        assert [(charge.amount, charge.refunded) for charge in (await world.bank.charges()).values()] == [
            (500_000, 0),
            (750_000, 750_000),
        ]
