"""A disputed card: nothing charges it again, and its payer is asked to pay otherwise."""

import pytest
from whenever import Instant, TimeDelta

from duro.db import PageRequest
from duro.db.dispute_rows import DisputeStatus
from duro.db.records import DunningState, RefundStatus
from duro.kernel import ConflictError
from duro.merchant_api.billing import RefundService, RenewalOutcome
from duro.merchant_api.inbound import DisputeNotices
from duro.merchant_api.payment_methods import AttachPaymentMethod, AttachPaymentMethodCommand, CardKeys
from duro.merchant_api.refunds import CancelRefund, RefundInvoiceCommand, RetryRefund
from duro.payments import CardDetails, Declined, DisputeClosed, DisputeOpened, Refunded, SimulatedCard, Unknown
from duro.testkit.builders import CustomerBuilder
from duro.testkit.trusted_clock import TrustedClock

pytestmark = pytest.mark.usefixtures("books_in_order")
NO_FUNDS = Declined("51", "Insufficient funds", None)


class Payer:
    """A customer whose card came in by its number, and who disputes what it paid."""

    def __init__(self, recovery) -> None:
        self.recovery = recovery
        self.tenant = recovery.merchant.tenant.id
        self.notices = DisputeNotices(recovery.contexts, ids=recovery.ids, clock=recovery.clock)

    async def saves(self, customer_id, card=SimulatedCard.APPROVE):
        recovery = self.recovery
        keys = CardKeys(b"a key that nobody else has")
        act = AttachPaymentMethod(recovery.contexts, recovery.gateways, recovery.ids, recovery.clock, keys=keys)
        details = CardDetails(card.number, 12, 2060, "123")
        return await act.execute(self.tenant, AttachPaymentMethodCommand(customer_id=customer_id, card=details))

    async def paid(self):
        """A subscription whose renewal was just paid."""
        customer = await self.recovery.merchant.customer(CustomerBuilder())
        method = await self.saves(customer.id)
        subscription = await self.recovery.merchant.subscription(None, customer, method)
        assert await self.recovery.billing.renew(self.tenant, subscription.id) is RenewalOutcome.CHARGED
        return subscription

    async def renewed(self, subscription, *answers):
        self.recovery.gateway.answers[:] = answers
        standing = await self.recovery.subscription(subscription)
        self.recovery.clock.set(standing.current_period_end)
        return await self.recovery.billing.renew(self.tenant, subscription.id)

    async def charge(self, subscription):
        """The charge that succeeded."""
        async with self.recovery.contexts.open(self.tenant) as repos:
            page = await repos.attempts.list(PageRequest(limit=10), subscription_id=subscription.id)
        return page.items[-1]

    async def disputes(self, attempt):
        at = self.recovery.clock.now()
        opened = DisputeOpened("evt-1", attempt.reference, "dsp-1", attempt.amount, at, "not_recognized")
        assert await self.notices.tell(self.tenant, attempt.id, opened, provider="simulated") is None

    async def is_refused(self, attempt):
        at = self.recovery.clock.now()
        closed = DisputeClosed("evt-2", attempt.reference, "dsp-1", attempt.amount, at, is_won=True)
        assert await self.notices.tell(self.tenant, attempt.id, closed, provider="simulated") is None

    async def dispute(self, attempt):
        async with self.recovery.contexts.open(self.tenant) as repos:
            [dispute] = await repos.disputes.of_charges([attempt])
        return dispute

    async def works(self):
        """Let everything be decided that is due."""
        for case in await self.recovery.due():
            await self.recovery.dunning.process(self.tenant, case)


@pytest.fixture
def payer(recovery) -> Payer:
    recovery.clock.set(Instant.from_utc(2026, 4, 15, 9))
    return Payer(recovery)


class TestADisputedCard:
    async def test_is_not_charged_at_the_next_renewal_and_its_payer_is_asked_to_pay_otherwise(self, recovery, payer):
        subscription = await payer.paid()
        standing = await recovery.subscription(subscription)
        await payer.disputes(await payer.charge(subscription))
        assert await recovery.subscription(subscription) == standing

        assert await payer.renewed(subscription) is RenewalOutcome.DUNNING
        await payer.works()

        case = await recovery.case(subscription)
        assert (case.action, case.cause, case.next_attempt_at) == ("switch_rail", "never_again", None)
        assert len(recovery.gateway.sent) == 1
        await payer.saves(subscription.customer_id, SimulatedCard.APPROVE_MASTERCARD)
        await payer.works()
        assert (await recovery.case(subscription)).state is DunningState.RECOVERED

    async def test_is_not_tried_again_by_a_case_that_is_open(self, recovery, payer):
        subscription = await payer.paid()
        charge = await payer.charge(subscription)
        assert await payer.renewed(subscription, NO_FUNDS) is RenewalOutcome.DUNNING
        await payer.works()
        assert (await recovery.case(subscription)).next_attempt_at is not None

        await payer.disputes(charge)
        await payer.works()

        case = await recovery.case(subscription)
        assert (case.action, case.cause, case.next_attempt_at) == ("switch_rail", "never_again", None)
        await recovery.until(recovery.clock.now() + TimeDelta(hours=24 * 60))
        assert len(recovery.gateway.sent) == 2

    async def test_is_one_card_for_everybody_who_saved_it(self, recovery, payer):
        others = await payer.paid()
        assert await payer.renewed(others, NO_FUNDS) is RenewalOutcome.DUNNING
        await payer.works()
        subscription = await payer.paid()
        sent = len(recovery.gateway.sent)

        await payer.disputes(await payer.charge(subscription))
        await payer.works()

        assert (await recovery.case(others)).cause == "never_again"
        assert await payer.renewed(subscription) is RenewalOutcome.DUNNING
        assert len(recovery.gateway.sent) == sent

    async def test_stays_barred_when_the_merchant_wins(self, recovery, payer):
        subscription = await payer.paid()
        charge = await payer.charge(subscription)
        await payer.disputes(charge)
        await payer.is_refused(charge)
        assert (await payer.dispute(charge)).status is DisputeStatus.WON
        assert await payer.renewed(subscription) is RenewalOutcome.DUNNING
        assert len(recovery.gateway.sent) == 1

    async def test_is_another_consent_when_its_payer_saves_it_anew(self, recovery, payer):
        subscription = await payer.paid()
        await payer.disputes(await payer.charge(subscription))
        assert await payer.renewed(subscription) is RenewalOutcome.DUNNING
        await payer.works()
        assert (await payer.saves(subscription.customer_id)).barred_at is None
        await payer.works()
        assert (await recovery.case(subscription)).state is DunningState.RECOVERED


class TestARefundThatWasntSentYet:
    LEASE = TimeDelta(seconds=60)

    @pytest.fixture
    async def pending(self, recovery, payer, monkeypatch):
        """A refund that got no answer, and never reached the provider; then its charge is disputed."""

        async def refund(_):
            return Unknown("Lost on the way.")

        subscription = await payer.paid()
        charge = await payer.charge(subscription)
        with monkeypatch.context() as silence:
            silence.setattr(recovery.gateway, "refund", refund)
            asked = await recovery.refund.execute(payer.tenant, RefundInvoiceCommand(invoice_id=charge.invoice_id))
        assert asked.status is RefundStatus.PENDING
        await payer.disputes(charge)
        recovery.clock.advance(self.LEASE + TimeDelta(hours=1))
        return charge, asked

    def service(self, recovery):
        parts = {"ids": recovery.ids, "clock": recovery.clock}
        return RefundService(recovery.contexts, recovery.gateways, **parts, lease=self.LEASE)

    async def test_is_left_to_the_merchant_and_goes_on_once_they_have_won(self, recovery, payer, pending, monkeypatch):
        charge, asked = pending
        sent = []

        async def refund(request):
            sent.append(request)
            return Refunded(request.reference, request.amount)

        monkeypatch.setattr(recovery.gateway, "refund", refund)
        service = self.service(recovery)
        assert await service.process(payer.tenant, asked.id) is RefundStatus.NEEDS_ATTENTION
        async with recovery.contexts.open(payer.tenant) as repos:
            assert (await repos.refunds.get(asked.id)).failure_code == "charge_disputed"
        parts = {"ids": recovery.ids, "clock": recovery.clock}
        retry = RetryRefund(recovery.contexts, service, TrustedClock(), **parts)
        with pytest.raises(ConflictError) as raised:
            await retry.execute(payer.tenant, asked.id)
        assert raised.value.code == "charge_disputed"
        assert sent == []
        await payer.is_refused(charge)
        assert (await retry.execute(payer.tenant, asked.id)).status is RefundStatus.SUCCEEDED
        assert len(sent) == 1

    async def test_can_be_given_up(self, recovery, payer, pending):
        _, asked = pending
        assert await self.service(recovery).process(payer.tenant, asked.id) is RefundStatus.NEEDS_ATTENTION
        cancel = CancelRefund(recovery.contexts, recovery.ids, recovery.clock)
        assert (await cancel.execute(payer.tenant, asked.id)).status is RefundStatus.FAILED
