"""A bank that wants the payer's approval: the charge waits for it, and becomes money or a decline, once."""

from dataclasses import replace

import pytest
from whenever import TimeDelta

from duro.billing import PaymentInProgressError, SubscriptionStatus
from duro.billing.recovery import DunningAction, Rail
from duro.db import PageRequest
from duro.db.records import AttemptStatus, DunningState, Initiator, RefundStatus
from duro.kernel import Currency, Money
from duro.merchant_api.billing import RenewalOutcome
from duro.merchant_api.inbound.charge_notices import ChargeNotices
from duro.merchant_api.inbound.money_notices import MoneyNotices
from duro.merchant_api.subscriptions import CancelSubscription, CancelSubscriptionCommand
from duro.merchant_api.transactions import LookUpTransaction
from duro.payments import Approved, AwaitsApproval, ChargeSucceeded, Declined, SimulatedCard, Unknown
from duro.payments.simulated import PayerAnswer
from duro.testkit.builders import PaymentMethodBuilder, SubscriptionBuilder

BACK = "https://pay.example.com/pay/token"
ELSEWHERE = "https://bank.example.com/approve/1"
SECOND = TimeDelta(seconds=1)
MINUTE = TimeDelta(minutes=1)
HOUR = TimeDelta(hours=1)
PRICE = Money(500_000, Currency("NGN"))


class Payer:
    """Somebody whose bank wants their approval, with the link to their case before them."""

    def __init__(self, recovery, subscription) -> None:
        self.recovery = recovery
        self.subscription = subscription

    @property
    def tenant_id(self):
        return self.recovery.merchant.tenant.id

    async def tries(self, *answers):
        """Ask for the charge; the provider answers so, or itself."""
        self.recovery.gateway.answers[:] = answers or [...]
        case = await self.recovery.case(self.subscription)
        told = await self.recovery.retries.execute(self.tenant_id, case.id, initiator=Initiator.PAYER, return_url=BACK)
        return told.attempts[-1]

    async def answers(self, answer):
        attempt = await self.attempt()
        return await self.recovery.approvals.answer(attempt.reference, answer)

    async def attempt(self):
        case = await self.recovery.case(self.subscription)
        async with self.recovery.contexts.open(self.tenant_id) as repos:
            return (await repos.attempts.of_invoice(case.invoice_id))[-1]

    async def scanned(self):
        """What a scan of this instant has looked up, and what came of it."""
        recovery = self.recovery
        found = await recovery.sweeps.pending_attempts(recovery.contexts.mode, recovery.clock.now())
        ours = [attempt for tenant, attempt in found if tenant == self.tenant_id]
        return [await recovery.pending.resolve(self.tenant_id, attempt) for attempt in ours]

    async def scanned_after(self, wait):
        self.recovery.clock.advance(wait)
        return await self.scanned()

    async def refunds(self):
        async with self.recovery.contexts.open(self.tenant_id) as repos:
            return await repos.refunds.of_attempt((await self.attempt()).id)


pytestmark = pytest.mark.usefixtures("books_in_order")


@pytest.fixture
async def payer(recovery):
    """A payer who was sent a link since their bank wants them to approve the charge themselves."""
    subscription = await recovery.declined(..., card=SimulatedCard.APPROVAL)
    await recovery.work(subscription)
    assert await recovery.told(subscription) == ["authentication_link"]
    return Payer(recovery, subscription)


class TestAPayersTry:
    async def test_waits_for_their_approval_and_takes_nothing(self, payer, recovery):
        attempt = await payer.tries()
        assert (attempt.status, attempt.initiator) == (AttemptStatus.PENDING, Initiator.PAYER)
        assert attempt.approval_url == f"http://simulated.invalid/approvals/{attempt.reference}"
        assert attempt.approval_url not in repr(attempt)
        assert attempt.claimed_until == recovery.clock.now() + 30 * SECOND
        assert (await recovery.approvals.find(attempt.reference)).return_url == BACK
        assert (await recovery.case(payer.subscription)).state is DunningState.AWAITING_CUSTOMER
        assert await recovery.told(payer.subscription) == ["authentication_link"]

    async def test_blocks_every_other_charge_meanwhile(self, payer, recovery):
        await payer.tries()
        for initiator in (Initiator.MERCHANT, Initiator.PAYER):
            with pytest.raises(PaymentInProgressError):
                await recovery.retries.execute(
                    payer.tenant_id, (await recovery.case(payer.subscription)).id, initiator=initiator
                )
        recovery.clock.advance(24 * HOUR)
        assert await recovery.due() == []

    async def test_wins_the_case_for_the_payer_once_they_approved_it(self, payer, recovery):
        await payer.tries()
        await payer.answers(PayerAnswer.APPROVE)
        assert await payer.scanned_after(30 * SECOND) == [RenewalOutcome.CHARGED]
        attempt, case = await payer.attempt(), await recovery.case(payer.subscription)
        assert (attempt.status, attempt.approval_url) == (AttemptStatus.SUCCEEDED, None)
        assert (case.state, case.recovered_action, case.recovered_by) == (
            DunningState.RECOVERED,
            "payer",
            attempt.id.value,
        )
        assert (await recovery.subscription(payer.subscription)).status is SubscriptionStatus.ACTIVE
        assert sorted(await recovery.told(payer.subscription)) == [
            "authentication_link",
            "payment_recovered",
            "receipt",
        ]

    @pytest.mark.parametrize("answer", [PayerAnswer.REFUSE, None], ids=["refused", "abandoned"])
    async def test_is_a_decline_when_they_do_not(self, payer, recovery, answer):
        before = await recovery.case(payer.subscription)
        await payer.tries()
        if answer is not None:
            await payer.answers(answer)
        outcomes = [outcome for _ in range(80) for outcome in await payer.scanned_after(15 * SECOND)]
        assert outcomes[-1] is RenewalOutcome.DUNNING
        assert set(outcomes[:-1]) <= {RenewalOutcome.PENDING}
        attempt = await payer.attempt()
        assert (attempt.status, attempt.failure_code, attempt.approval_url) == (AttemptStatus.FAILED, "1A", None)
        assert await recovery.work(payer.subscription) is RenewalOutcome.DUNNING
        after = await recovery.case(payer.subscription)
        assert (after.action, after.cause) == (before.action, before.cause)
        assert after.deadline_at == before.deadline_at

    async def test_that_is_abandoned_is_looked_up_a_few_times_only(self, payer, recovery):
        await payer.tries()
        for _ in range(80):
            await payer.scanned_after(15 * SECOND)
        assert 3 <= len(recovery.gateway.looked_up) <= 8

    async def test_that_came_to_nothing_is_followed_by_reminders_and_no_second_link(self, payer, recovery):
        for _ in range(3):
            await payer.tries()
            await payer.answers(PayerAnswer.REFUSE)
            await payer.scanned_after(30 * SECOND)
            await recovery.work(payer.subscription)
        assert await recovery.told(payer.subscription) == ["authentication_link"]
        await recovery.until(recovery.clock.now() + 24 * 40 * HOUR)
        link, *reminders = await recovery.told(payer.subscription)
        assert (link, reminders[-1]) == ("authentication_link", "dunning_4")
        assert len(reminders) <= 6
        case = await recovery.case(payer.subscription)
        assert (case.state, case.closed_at) == (DunningState.EXHAUSTED, case.deadline_at)

    async def test_that_ends_past_the_deadline_ends_the_case(self, payer, recovery):
        deadline = (await recovery.case(payer.subscription)).deadline_at
        await recovery.until(deadline - MINUTE)
        await payer.tries()
        recovery.clock.advance(2 * MINUTE)
        assert await recovery.due() == []
        assert await payer.scanned_after(20 * MINUTE) == [RenewalOutcome.DUNNING]
        [case] = await recovery.due()
        await recovery.dunning.process(payer.tenant_id, case)
        assert (await recovery.case(payer.subscription)).state is DunningState.EXHAUSTED

    async def test_that_a_provider_never_ends_counts_as_declined_after_a_day(self, payer, recovery):
        attempt = await payer.tries()
        recovery.gateway.lookups[attempt.reference] = AwaitsApproval(attempt.reference, ELSEWHERE)
        assert await payer.scanned_after(23 * HOUR) == [RenewalOutcome.PENDING]
        assert (await payer.attempt()).claimed_until == recovery.clock.now() + 5 * MINUTE
        assert await payer.scanned_after(HOUR) == [RenewalOutcome.DUNNING]
        assert (await payer.attempt()).failure_code == "1A"

    async def test_of_a_merchant_is_declined_and_waits_for_nobody(self, payer, recovery):
        recovery.gateway.answers[:] = [...]
        assert await recovery.retry_now(payer.subscription) is RenewalOutcome.DUNNING
        assert (await payer.attempt()).approval_url is None

    async def test_is_taken_at_once_where_being_there_is_enough(self, recovery):
        subscription = await recovery.declined(..., card=SimulatedCard.APPROVAL_UNASKED)
        await recovery.work(subscription)
        payer = Payer(recovery, subscription)
        assert (await payer.tries()).status is AttemptStatus.SUCCEEDED
        assert (await recovery.case(subscription)).recovered_action == "payer"


class TestATryWhoseSenderDied:
    async def test_before_it_was_sent_is_sent_without_the_payer(self, payer, recovery):
        attempt = await payer.tries(Unknown("Killed before it was sent."))
        assert (attempt.status, attempt.approval_url) == (AttemptStatus.PENDING, None)
        recovery.gateway.answers[:] = [...]
        assert await payer.scanned_after(MINUTE) == [RenewalOutcome.DUNNING]
        assert (await payer.attempt()).failure_code == "1A"
        assert recovery.gateway.sent[-2:] == [attempt.reference] * 2
        assert await recovery.approvals.find(attempt.reference) is None

    @pytest.mark.parametrize("is_answered_meanwhile", [False, True])
    async def test_after_the_answer_is_found_where_it_stands(self, payer, recovery, is_answered_meanwhile):
        gateway, own = recovery.gateway, recovery.gateway._inner

        async def die(request):
            await own.charge(request)
            return Unknown("Killed after it was sent.")

        gateway.charge = die
        attempt = await payer.tries()
        del gateway.charge
        assert attempt.approval_url is None
        if is_answered_meanwhile:
            await payer.answers(PayerAnswer.APPROVE)
        else:
            assert await payer.scanned_after(MINUTE) == [RenewalOutcome.PENDING]
            assert (await payer.attempt()).approval_url is not None
            await payer.answers(PayerAnswer.APPROVE)
        assert await payer.scanned_after(MINUTE) == [RenewalOutcome.CHARGED]
        assert (await payer.attempt()).status is AttemptStatus.SUCCEEDED


class TestAPayerWhoComesBack:
    @pytest.fixture
    def look_up(self, recovery, clock):
        return LookUpTransaction(recovery.contexts, recovery.pending, clock=clock)

    async def test_sees_at_once_what_became_of_their_approval(self, payer, look_up):
        attempt = await payer.tries()
        assert (await look_up.execute(payer.tenant_id, attempt.id)).approval_url == attempt.approval_url
        await payer.answers(PayerAnswer.APPROVE)
        assert (await look_up.execute(payer.tenant_id, attempt.id)).status is AttemptStatus.SUCCEEDED

    async def test_has_nobody_asked_about_what_is_known(self, payer, recovery, look_up):
        attempt = await payer.tries()
        await payer.answers(PayerAnswer.REFUSE)
        assert (await look_up.execute(payer.tenant_id, attempt.id)).status is AttemptStatus.FAILED
        asked = len(recovery.gateway.looked_up)
        assert (await look_up.execute(payer.tenant_id, attempt.id)).status is AttemptStatus.FAILED
        assert len(recovery.gateway.looked_up) == asked

    async def test_has_nothing_sent_again_that_is_not_found(self, payer, recovery, look_up):
        attempt = await payer.tries(Unknown("Killed before it was sent."))
        assert (await look_up.execute(payer.tenant_id, attempt.id)) == attempt
        assert recovery.gateway.sent[-1:] == [attempt.reference]
        assert recovery.gateway.sent.count(attempt.reference) == 1


class TestANotice:
    @pytest.fixture
    def tell(self, payer, recovery, clock):
        notices = ChargeNotices(
            recovery.contexts, recovery.gateways, MoneyNotices(recovery.receive), ids=recovery.ids, clock=clock
        )

        async def tell():
            attempt = await payer.attempt()
            at = clock.now()
            notice = ChargeSucceeded("evt-1", attempt.reference, "chg-1", PRICE, Rail.CARD, at)
            return await notices.tell(payer.tenant_id, attempt.id, notice, provider="simulated")

        return tell

    async def test_of_an_approval_settles_it_once(self, payer, recovery, tell):
        await payer.tries()
        await payer.answers(PayerAnswer.APPROVE)
        assert [await tell(), await tell()] == [None, None]
        assert (await payer.attempt()).status is AttemptStatus.SUCCEEDED
        assert await payer.scanned_after(HOUR) == []
        assert (await recovery.told(payer.subscription)).count("receipt") == 1

    async def test_that_comes_after_it_counted_as_declined_is_late_money(self, payer, recovery, tell):
        attempt = await payer.tries()
        recovery.gateway.lookups[attempt.reference] = Declined("1A", "Abandoned")
        assert await payer.scanned_after(MINUTE) == [RenewalOutcome.DUNNING]
        assert await tell() is None
        assert (await payer.attempt()).status is AttemptStatus.FAILED
        case = await recovery.case(payer.subscription)
        assert case.state is DunningState.RECOVERED


class TestACancellation:
    async def test_while_it_waits_gives_back_what_is_approved(self, payer, recovery, clock):
        await payer.tries()
        cancel = CancelSubscription(recovery.contexts, recovery.ids, clock)
        await cancel.execute(payer.tenant_id, CancelSubscriptionCommand(subscription_id=payer.subscription.id))
        await payer.answers(PayerAnswer.APPROVE)
        assert await payer.scanned_after(MINUTE) == [RenewalOutcome.CANCELED]
        [refund] = await payer.refunds()
        assert (refund.status, refund.reason, refund.amount) == (RefundStatus.PENDING, "canceled_in_flight", PRICE)

    async def test_while_it_waits_is_all_when_it_is_refused(self, payer, recovery, clock):
        await payer.tries()
        cancel = CancelSubscription(recovery.contexts, recovery.ids, clock)
        await cancel.execute(payer.tenant_id, CancelSubscriptionCommand(subscription_id=payer.subscription.id))
        await payer.answers(PayerAnswer.REFUSE)
        assert await payer.scanned_after(MINUTE) == [RenewalOutcome.CANCELED]
        assert await payer.refunds() == ()


class TestAChargeWithoutThePayer:
    @pytest.fixture
    async def due(self, recovery):
        customer = await recovery.merchant.customer()
        method = await recovery.merchant.payment_method(customer, PaymentMethodBuilder(card=SimulatedCard.APPROVE))
        return await recovery.merchant.subscription(None, customer, method, builder=SubscriptionBuilder())

    @pytest.fixture
    async def held(self, recovery, due):
        """A renewal that its provider holds although nobody was there."""
        subscription = due
        recovery.gateway.answers[:] = [AwaitsApproval("whatever", ELSEWHERE)]
        tenant_id = recovery.merchant.tenant.id
        assert await recovery.billing.renew(tenant_id, subscription.id) is RenewalOutcome.PENDING
        async with recovery.contexts.open(tenant_id) as repos:
            [attempt] = await repos.attempts.unexplained_of_subscription(subscription.id)
        return subscription, attempt

    async def test_has_them_sent_a_link_if_their_bank_wants_them_all_the_same(self, recovery, held):
        subscription, attempt = held
        assert attempt.approval_url == ELSEWHERE
        assert await recovery.told(subscription) == ["authentication_link"]
        assert await self.matter_of(recovery, subscription) is DunningState.AWAITING_CUSTOMER

    async def test_tells_nobody_of_what_they_do_not_have_any_more(self, recovery, due, clock):
        cancel = CancelSubscription(recovery.contexts, recovery.ids, clock)

        async def cancel_meanwhile(request):
            await cancel.execute(recovery.merchant.tenant.id, CancelSubscriptionCommand(subscription_id=due.id))
            return AwaitsApproval(request.reference, ELSEWHERE)

        recovery.gateway.charge = cancel_meanwhile
        assert await recovery.billing.renew(recovery.merchant.tenant.id, due.id) is RenewalOutcome.PENDING
        assert await recovery.told(due) == ["cancellation"]

    async def test_tells_nobody_whose_merchant_wants_nobody_told(self, recovery, due, clock):
        async with recovery.contexts.open(recovery.merchant.tenant.id) as repos:
            await repos.recovery_settings.put(
                replace(await repos.recovery_settings.get(), dunning_enabled=False), now=clock.now()
            )
        recovery.gateway.answers[:] = [AwaitsApproval("whatever", ELSEWHERE)]
        assert await recovery.billing.renew(recovery.merchant.tenant.id, due.id) is RenewalOutcome.PENDING
        assert await recovery.told(due) == []

    async def test_tells_them_once_however_it_ends(self, recovery, held):
        subscription, attempt = held
        recovery.gateway.lookups[attempt.reference] = AwaitsApproval(attempt.reference, ELSEWHERE)
        recovery.clock.advance(MINUTE)
        assert await recovery.pending.resolve(recovery.merchant.tenant.id, attempt.id) is RenewalOutcome.PENDING
        recovery.gateway.lookups[attempt.reference] = Declined("1A", "Abandoned")
        recovery.clock.advance(HOUR)
        assert await recovery.pending.resolve(recovery.merchant.tenant.id, attempt.id) is RenewalOutcome.DUNNING
        await recovery.work(subscription)
        assert (await recovery.case(subscription)).action is DunningAction.REQUEST_AUTHENTICATION
        assert await recovery.told(subscription) == ["authentication_link"]

    async def test_renews_as_any_other_once_it_is_approved(self, recovery, held):
        subscription, attempt = held
        recovery.gateway.lookups[attempt.reference] = Approved(attempt.reference, PRICE)
        recovery.clock.advance(MINUTE)
        assert await recovery.pending.resolve(recovery.merchant.tenant.id, attempt.id) is RenewalOutcome.CHARGED
        assert (await recovery.subscription(subscription)).cycles_completed == 1
        assert await self.matter_of(recovery, subscription) is None

    async def matter_of(self, recovery, subscription):
        """What their link is about by the time it would leave."""
        async with recovery.contexts.open(recovery.merchant.tenant.id) as repos:
            page = await repos.messages.list(PageRequest(limit=10), subscription_id=subscription.id)
            [link] = [message.id for message in page.items if message.kind == "authentication_link"]
            [subject] = await repos.messages.lock_due([link], now=recovery.clock.now())
            return subject.matter and subject.matter.state
