"""What payers are told before anything is charged."""

from dataclasses import replace

import pytest
from whenever import TimeDelta

from duro.billing import SubscriptionStatus
from duro.db.recovery_settings import RecoverySettings
from duro.kernel import Currency, Money

MANDATE = "rail = 'direct_debit', bank_code = '058', ceiling_currency = 'NGN'"
PHONE = "+2348031234567"
HOUR = TimeDelta(hours=1)


async def only(desk, subscription):
    [message] = await desk.messages(subscription)
    return message


class TestReminders:
    async def _soon(self, desk, clock, hours, **changes):
        subscription = await desk.recovery.merchant.subscription()
        async with desk.recovery.contexts.open(desk.tenant.id) as repos:
            locked = await repos.subscriptions.lock(subscription.id)
            ahead = replace(
                locked,
                current_period_start=locked.current_period_start,
                current_period_end=clock.now() + hours * HOUR,
                **changes,
            )
            await repos.subscriptions.update(ahead)
        return ahead

    async def test_are_written_once_for_a_renewal_that_is_near(self, desk, clock):
        near, far = await self._soon(desk, clock, 71), await self._soon(desk, clock, 73)
        assert await desk.reminders.remind(desk.tenant.id) == 1
        assert await desk.reminders.remind(desk.tenant.id) == 0
        [message] = await desk.messages(near)
        assert (message.kind, message.facts.next_attempt_at) == ("renewal_reminder", near.current_period_end)
        assert message.facts.amount == near.terms.amount
        clock.advance(2 * HOUR)
        assert await desk.reminders.remind(desk.tenant.id) == 1
        assert await desk.kinds(far) == ["renewal_reminder"]
        assert [each.outcome for each in await desk.deliver()] == ["sent", "sent"]

    async def test_are_dropped_when_the_renewal_is_off(self, desk, clock):
        near = await self._soon(desk, clock, 48)
        await desk.reminders.remind(desk.tenant.id)
        async with desk.recovery.contexts.open(desk.tenant.id) as repos:
            await repos.subscriptions.update(replace(near, cancel_at_period_end=True))
        assert [each.outcome for each in await desk.deliver()] == ["dropped"]
        assert (await only(desk, near)).outcome == "not_renewing"

    async def test_tell_of_a_trial_that_ends(self, desk, clock):
        near = await self._soon(desk, clock, 48, status=SubscriptionStatus.TRIALING)
        await desk.reminders.remind(desk.tenant.id)
        assert await desk.kinds(near) == ["trial_ending"]

    async def test_tell_of_a_card_that_expires_before(self, desk, clock):
        near = await self._soon(desk, clock, 48)
        await self._methods(desk, "exp_year = 2026, exp_month = 3")
        await desk.reminders.remind(desk.tenant.id)
        assert await desk.kinds(near) == ["card_expiring"]
        assert [each.outcome for each in await desk.deliver()] == ["sent"]

    async def test_tell_of_a_card_that_expires_before_a_trial_ends_rather_than_of_its_end(self, desk, clock):
        near = await self._soon(desk, clock, 48, status=SubscriptionStatus.TRIALING)
        await self._methods(desk, "exp_year = 2026, exp_month = 3")
        await desk.reminders.remind(desk.tenant.id)
        assert await desk.kinds(near) == ["card_expiring"]

    @pytest.mark.parametrize(
        ("status", "kind"),
        [(SubscriptionStatus.ACTIVE, "renewal_reminder"), (SubscriptionStatus.TRIALING, "trial_ending")],
    )
    @pytest.mark.parametrize(
        "shut",
        [
            "barred_at = now()",
            "detached_at = now()",
            f"{MANDATE}, ceiling = 500000, status = 'pending'",
            f"{MANDATE}, ceiling = 499999, activated_at = now()",
        ],
        ids=["barred", "detached", "not_approved_yet", "too_low"],
    )
    async def test_ask_for_a_way_to_pay_where_none_can_be_charged(self, desk, clock, status, kind, shut):
        near = await self._soon(desk, clock, 48, status=status)
        await desk.reach(near, phone=PHONE, has_whatsapp_consent=True)
        await self._methods(desk, shut)
        async with desk.recovery.contexts.open(desk.tenant.id) as repos:
            await repos.recovery_settings.put(RecoverySettings(renewal_reminders=False), now=clock.now())
        await desk.reminders.remind(desk.tenant.id)
        assert await desk.kinds(near) == [kind]
        await desk.deliver()
        [letter] = desk.sink.letters
        assert "Please add one before that day." in letter.text
        assert "It costs ₦5,000.00." in letter.text
        assert "don't need to do anything" not in letter.text
        assert desk.whatsapp.requests == 0

    async def test_say_nothing_of_it_where_a_way_to_pay_was_added_meanwhile(self, desk, clock):
        near = await self._soon(desk, clock, 48)
        await self._methods(desk, "barred_at = now()")
        await desk.reminders.remind(desk.tenant.id)
        await self._methods(desk, "barred_at = null")
        await desk.deliver()
        [letter] = desk.sink.letters
        assert (await desk.kinds(near), "You don't need to do anything" in letter.text) == (["renewal_reminder"], True)

    async def test_tell_of_the_renewal_after_all_when_an_expiring_card_was_replaced(self, desk, clock):
        near = await self._soon(desk, clock, 48)
        await self._methods(desk, "exp_year = 2026, exp_month = 3")
        await desk.reminders.remind(desk.tenant.id)
        await self._methods(desk, "exp_year = 2060, exp_month = 3")
        await desk.deliver()
        assert await desk.reminders.remind(desk.tenant.id) == 1
        assert await desk.reminders.remind(desk.tenant.id) == 0
        told = [(message.kind.value, message.outcome) for message in await desk.messages(near)]
        assert told == [("card_expiring", "card_replaced"), ("renewal_reminder", None)]

    async def test_are_spared_those_whose_next_period_costs_nothing(self, desk, clock):
        free = replace((await desk.recovery.merchant.subscription()).terms, amount=Money(0, Currency("NGN")))
        active = await self._soon(desk, clock, 48, terms=free)
        trial = await self._soon(desk, clock, 48, terms=free, status=SubscriptionStatus.TRIALING)
        await self._methods(desk, "detached_at = now()")
        await desk.reminders.remind(desk.tenant.id)
        assert (await desk.kinds(active), await desk.kinds(trial)) == ([], ["trial_ending"])
        await desk.deliver()
        [letter] = desk.sink.letters
        assert "0.00" not in letter.text
        assert "you don't need to do anything" in letter.text

    @staticmethod
    async def _methods(desk, change) -> None:
        async with desk.recovery.admin.acquire() as connection:
            await connection.execute(f"update test.payment_methods set {change}")

    async def test_are_left_out_where_the_merchant_wants_none(self, desk, clock):
        near = await self._soon(desk, clock, 48)
        trial = await self._soon(desk, clock, 48, status=SubscriptionStatus.TRIALING)
        async with desk.recovery.contexts.open(desk.tenant.id) as repos:
            await repos.recovery_settings.put(RecoverySettings(renewal_reminders=False), now=clock.now())
        await desk.reminders.remind(desk.tenant.id)
        assert (await desk.kinds(near), await desk.kinds(trial)) == ([], ["trial_ending"])

    @pytest.mark.parametrize(
        "changes",
        [
            {"status": SubscriptionStatus.PAUSED},
            {"status": SubscriptionStatus.PAST_DUE},
            {"cancel_at_period_end": True},
        ],
        ids=["paused", "past_due", "ending"],
    )
    async def test_are_left_out_for_what_does_not_renew(self, desk, clock, changes):
        await self._soon(desk, clock, 48, **changes)
        assert await desk.reminders.remind(desk.tenant.id) == 0
