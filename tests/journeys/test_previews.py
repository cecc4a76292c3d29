"""Whatever a merchant asks for: a preview is what follows, to the minor unit, now and at the next renewal."""

import random
from typing import Any

import pytest
from whenever import Instant

from journey import Shop, World

Json = dict[str, Any]
LINES = ("description", "quantity", "unitAmount", "amount")


def stated(invoice: Json) -> Json:
    """Give what both a preview and an invoice say of money and time."""
    names = ("periodStart", "periodEnd", "currency", "subtotal", "discount", "creditApplied", "creditGranted", "amount")
    return {name: invoice[name] for name in names} | {
        "lines": [{key: line[key] for key in LINES} for line in invoice["lines"]]
    }


class Whims:
    """The changes of mind of one merchant, drawn from a seed."""

    def __init__(self, seed: int, plans: list[Json]) -> None:
        self._random = random.Random(seed)
        self._plans = plans

    def change(self) -> Json:
        change: Json = {
            "quantity": self._random.randint(1, 3),
            "prorationBehavior": self._random.choice(["prorate", "prorate", "invoice_now", "none"]),
            "when": self._random.choice(["now", "now", "now", "at_renewal"]),
            "cycleAnchor": self._random.choice(["unchanged", "unchanged", "unchanged", "now"]),
        }
        if self._random.random() < 0.8:
            change["planId"] = self._random.choice(self._plans)["id"]
        return change

    def moment_within(self, subscription: Json) -> Instant:
        start, end = (Instant.parse_iso(subscription[name]) for name in ("currentPeriodStart", "currentPeriodEnd"))
        seconds = int((end - start).total("seconds"))
        return start.add(seconds=self._random.randrange(1, seconds))


class TestAPreview:
    @pytest.mark.parametrize("seed", range(5))
    async def test_is_what_follows(self, world: World, shop: Shop, seed: int):
        await shop.client.made("/v1/promo-codes", {"code": "THIRD", "percentOff": 33.33, "duration": "once"})
        plans = [
            await shop.client.plan(name=name, amount=amount, interval=interval)
            for name, amount, interval in (
                ("Mini", 123_457, "month"),
                ("Gold", 999_999, "month"),
                ("Weekly", 77_777, "week"),
                ("Yearly", 5_000_001, "year"),
                ("Coin", 4_999, "month"),
            )
        ]
        whims = Whims(seed, plans)
        subscription = await shop.starts(amount=500_003, billing_day=seed * 7 or None)
        applied: set[str] = set()
        for step in range(4):
            if step == 1:
                await shop.client.post(f"{subscription.path}/promo-code", {"promoCode": "THIRD"})
            await self._changes_its_mind(world, subscription, whims, applied)
            await self._renews_as_foreseen(world, subscription)
        assert applied

    @staticmethod
    async def _changes_its_mind(world: World, subscription, whims: Whims, applied: set[str]) -> None:
        seen = await subscription.read()
        moment = max(whims.moment_within(seen), world.clock.now())
        if moment >= Instant.parse_iso(seen["currentPeriodEnd"]):
            return
        world.clock.set(moment)
        change = whims.change()
        preview = await subscription.preview(**change)
        await subscription.shows(**seen)
        invoice = (await subscription.change(**change))["invoice"]
        applied.add(preview["applies"])
        if invoice is None:
            assert (preview["amountDue"], preview["creditApplied"]) == (0, 0)
        else:
            assert [preview["amountDue"], preview["lines"], preview["discount"]] == [
                invoice["amount"],
                invoice["lines"],
                invoice["discount"],
            ]
            assert (invoice["status"], invoice["creditApplied"]) == ("paid", preview["creditApplied"])
        assert preview["nextInvoice"] == await subscription.upcoming()

    @staticmethod
    async def _renews_as_foreseen(world: World, subscription) -> None:
        foreseen = await subscription.upcoming()
        world.clock.set(Instant.parse_iso(foreseen["periodStart"]))
        assert await world.worker.tick() == [subscription.id]
        (written,) = [
            invoice
            for invoice in await subscription.invoices()
            if invoice["kind"] == "period" and invoice["periodStart"] == foreseen["periodStart"]
        ]
        assert written["status"] == "paid"
        assert stated(written) == stated(foreseen)
