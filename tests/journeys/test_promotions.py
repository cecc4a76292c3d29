"""A promo code, period after period, while charges are declined and invoices are voided or paid late."""

from duro.payments import SimulatedCard
from journey import Followed, Shop, World

STARTED = ("subscription_created", "invoice_created", "subscription_activated", "subscription_payment_success")
RENEWED = ("invoice_created", "subscription_payment_success")
DECLINED = ("invoice_created", "subscription_past_due", "subscription_payment_failed")


async def promo_code(shop: Shop, **body: object) -> dict[str, object]:
    return await shop.client.made("/v1/promo-codes", {"code": "LESS", "percentOff": 25, **body})


async def starts(shop: Shop, card: SimulatedCard = SimulatedCard.APPROVE, **changes: object) -> Followed:
    order = await shop.client.order(number=card.number)
    return shop.follow(await shop.client.made("/v1/subscriptions", {**order, "promoCode": "less", **changes}))


async def discounts(subscription: Followed) -> list[tuple[str, int, bool]]:
    """What became of each invoice, what was taken off it, and whether it says by which code."""
    return [
        (invoice["status"], invoice["discount"], invoice["promoCodeId"] is not None)
        for invoice in await subscription.invoices()
    ]


async def cycles_left(subscription: Followed) -> int | None:
    return (await subscription.read())["promotion"]["cyclesLeft"]


class TestACodeForOnePeriod:
    async def test_takes_off_the_first_and_nothing_after(self, world: World, shop: Shop):
        await promo_code(shop, duration="once")
        subscription = await starts(shop)
        await subscription.is_told(*STARTED)
        assert await cycles_left(subscription) == 0
        assert (await subscription.upcoming())["amount"] == 500_000
        assert await world.reach("2026-02-27") == []
        await subscription.is_told_nothing()
        await world.reach("2026-02-28")
        await subscription.is_told(*RENEWED)
        assert await world.reach("2026-03-01") == []
        await subscription.is_told_nothing()
        assert await discounts(subscription) == [("paid", 125_000, True), ("paid", 0, False)]
        assert await world.taken() == [375_000, 500_000]

    async def test_waits_for_the_first_charge_after_a_trial(self, world: World, shop: Shop):
        await promo_code(shop, duration="once")
        subscription = await starts(shop, trialDays=14)
        await subscription.is_told("subscription_created")
        assert await cycles_left(subscription) == 1
        upcoming = await subscription.upcoming()
        assert (upcoming["discount"], upcoming["amount"]) == (125_000, 375_000)
        assert await world.reach("2026-02-13") == []
        await subscription.is_told_nothing()
        await world.reach("2026-02-14")
        await subscription.is_told("invoice_created", "subscription_activated", "subscription_payment_success")
        assert await discounts(subscription) == [("paid", 125_000, True)]
        assert await cycles_left(subscription) == 0


class TestACodeForThreePeriods:
    async def test_is_used_up_by_paid_invoices_alone(self, world: World, shop: Shop):
        """Of six periods one is voided and one is paid late: neither the void nor a decline uses anything up."""
        await promo_code(shop, duration="repeating", durationCycles=3)
        subscription = await starts(shop)
        await subscription.is_told(*STARTED)
        assert await cycles_left(subscription) == 2

        await subscription.pays_with(SimulatedCard.INSUFFICIENT_FUNDS)
        await subscription.is_told("subscription_updated")
        await world.reach("2026-02-28")
        await subscription.is_told(*DECLINED)
        assert await cycles_left(subscription) == 2
        await self._done(shop, f"/v1/invoices/{(await subscription.invoices())[-1]['id']}/void")
        await subscription.is_told("subscription_recovered")
        assert await cycles_left(subscription) == 2

        await world.reach("2026-03-31")
        await subscription.is_told(*DECLINED)
        await subscription.pays_with(SimulatedCard.APPROVE)
        await subscription.is_told("subscription_updated")
        assert await cycles_left(subscription) == 2
        await self._done(shop, f"/v1/invoices/{(await subscription.invoices())[-1]['id']}/pay")
        await subscription.is_told(
            "subscription_recovered", "subscription_payment_success", "subscription_payment_recovered"
        )
        assert await cycles_left(subscription) == 1

        assert (await subscription.upcoming())["discount"] == 125_000
        await world.reach("2026-04-30")
        await subscription.is_told(*RENEWED)
        assert await cycles_left(subscription) == 0
        assert (await subscription.upcoming())["discount"] == 0
        assert await world.reach("2026-05-30") == []
        await subscription.is_told_nothing()
        await world.reach("2026-05-31")
        await subscription.is_told(*RENEWED)
        assert await discounts(subscription) == [
            ("paid", 125_000, True),
            ("void", 125_000, True),
            ("paid", 125_000, True),
            ("paid", 125_000, True),
            ("paid", 0, False),
        ]
        assert await world.taken() == [375_000, 375_000, 375_000, 500_000]

    @staticmethod
    async def _done(shop: Shop, path: str) -> None:
        answer = await shop.client.post(path, {} if path.endswith("pay") else None)
        assert answer.is_success, answer.text


class TestACodeForEver:
    async def test_takes_off_every_period_at_most_what_it_costs(self, world: World, shop: Shop):
        await promo_code(shop, percentOff=None, amountOff=700_000, currency="NGN", duration="forever")
        subscription = await starts(shop)
        await subscription.is_told(*STARTED)
        for day in ("2026-02-28", "2026-03-31"):
            await world.reach(day)
            await subscription.is_told(*RENEWED)
        assert await world.reach("2026-04-01") == []
        assert await discounts(subscription) == [("paid", 500_000, True)] * 3
        await subscription.shows(balance=0, cyclesCompleted=3)
        assert await cycles_left(subscription) is None
        assert await world.taken() == []

    async def test_ends_when_the_merchant_takes_it_away(self, world: World, shop: Shop):
        await promo_code(shop, duration="forever")
        subscription = await starts(shop)
        await subscription.is_told(*STARTED)
        await world.reach("2026-02-28")
        await subscription.is_told(*RENEWED)
        answer = await shop.client.http.delete(f"{subscription.path}/promo-code")
        assert answer.status_code == 200, answer.text
        await subscription.is_told("subscription_updated")
        await world.reach("2026-03-31")
        await subscription.is_told(*RENEWED)
        assert await world.reach("2026-04-01") == []
        assert await discounts(subscription) == [("paid", 125_000, True), ("paid", 125_000, True), ("paid", 0, False)]
        assert await world.taken() == [375_000, 375_000, 500_000]


class TestACodeForOnePlan:
    async def test_rests_while_the_subscription_is_on_another(self, world: World, shop: Shop):
        order = await shop.client.order()
        await promo_code(shop, duration="forever", planIds=[order["planId"]])
        subscription = shop.follow(await shop.client.made("/v1/subscriptions", {**order, "promoCode": "LESS"}))
        await subscription.is_told(*STARTED)
        silver = await shop.client.plan(name="Silver", amount=300_000)
        await subscription.change(silver, when="at_renewal")
        await subscription.is_told("subscription_updated")
        await world.reach("2026-02-28")
        await subscription.was_told("invoice_created", "subscription_plan_changed", "subscription_payment_success")
        await subscription.change({"id": order["planId"]}, when="at_renewal")
        await subscription.is_told("subscription_updated")
        await world.reach("2026-03-31")
        await subscription.was_told("invoice_created", "subscription_plan_changed", "subscription_payment_success")
        assert await world.reach("2026-04-01") == []
        assert await discounts(subscription) == [("paid", 125_000, True), ("paid", 0, False), ("paid", 125_000, True)]
        assert await world.taken() == [375_000, 300_000, 375_000]


class TestACodeThatExpires:
    async def test_goes_on_for_who_has_redeemed_it(self, world: World, shop: Shop):
        await promo_code(shop, duration="forever", expiresAt="2026-02-10T09:00:00Z")
        subscription = await starts(shop)
        await subscription.is_told(*STARTED)
        other = await shop.starts()
        assert await world.reach("2026-02-10") == []
        await other.is_refused("promo-code", {"promoCode": "LESS"}, code="promo_code_expired")
        assert await world.reach("2026-02-27") == []
        await subscription.is_told_nothing()
        await world.reach("2026-02-28")
        await subscription.is_told(*RENEWED)
        assert await discounts(subscription) == [("paid", 125_000, True)] * 2
        assert await world.reach("2026-03-01") == []
        assert await world.taken() == [375_000, 500_000, 375_000, 500_000]
