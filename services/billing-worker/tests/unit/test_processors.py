import pytest
from structlog.testing import capture_logs

from duro.billing.messages import Channel, MessageKind, Trouble
from duro.billing_worker.billing_processor import MOST_PERIODS, BillingProcessor
from duro.billing_worker.dunning_processor import DunningProcessor
from duro.billing_worker.incomplete_processor import IncompleteProcessor
from duro.billing_worker.message_processor import MessageProcessor
from duro.billing_worker.pending_processor import PendingProcessor
from duro.billing_worker.reminder_processor import ReminderProcessor
from duro.db.clock_guard import ClockNotTrustedError
from duro.kernel import (
    DunningScheduleId,
    InvoiceId,
    MessageId,
    Mode,
    PaymentAttemptId,
    PaymentMethodId,
    PaymentRequestId,
    RefundId,
    SubscriptionId,
    TenantId,
)
from duro.merchant_api.billing import Renewal, RenewalOutcome
from duro.merchant_api.messages import Setback, Telling, TellingOutcome
from duro.queue import JobPayload, MalformedPayloadError


class ScriptedRenewals:
    """Answers in order, the last answer again and again, and notes its calls."""

    def __init__(self, *answers: Renewal) -> None:
        self._answers = list(answers)
        self.calls: list[tuple[TenantId, SubscriptionId]] = []

    async def renew(self, tenant_id, subscription_id):
        self.calls.append((tenant_id, subscription_id))
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


CHARGED = Renewal(RenewalOutcome.CHARGED)
BEHIND = Renewal(RenewalOutcome.CHARGED, is_behind=True)


class TestTheBillingProcessor:
    async def test_renews_the_subscription_of_the_payload(self, made, guard, metrics):
        service, payload = ScriptedRenewals(CHARGED), made.payload(SubscriptionId)
        await BillingProcessor(service.renew, guard=guard, metrics=metrics).process(payload)
        assert service.calls == [(payload.tenant_id, payload.entity(SubscriptionId))]

    async def test_renews_again_while_it_is_behind(self, made, guard, metrics):
        service = ScriptedRenewals(BEHIND, BEHIND, CHARGED)
        await BillingProcessor(service.renew, guard=guard, metrics=metrics).process(made.payload(SubscriptionId))
        assert len(service.calls) == 3
        assert 'duro_renewals_total{mode="test",outcome="charged"} 3.0' in metrics.render().decode()

    async def test_renews_twelve_periods_at_most(self, made, guard, metrics):
        service = ScriptedRenewals(BEHIND)
        await BillingProcessor(service.renew, guard=guard, metrics=metrics).process(made.payload(SubscriptionId))
        assert len(service.calls) == MOST_PERIODS == 12

    @pytest.mark.parametrize("outcome", list(RenewalOutcome))
    async def test_counts_each_outcome_once_and_stops(self, outcome, made, guard, metrics):
        service = ScriptedRenewals(Renewal(outcome), BEHIND)
        await BillingProcessor(service.renew, guard=guard, metrics=metrics).process(
            made.payload(SubscriptionId, Mode.LIVE)
        )
        assert len(service.calls) == 1
        assert f'duro_renewals_total{{mode="live",outcome="{outcome}"}} 1.0' in metrics.render().decode()

    async def test_stops_at_a_decline_after_successes(self, made, guard, metrics):
        service = ScriptedRenewals(BEHIND, Renewal(RenewalOutcome.DUNNING), BEHIND)
        await BillingProcessor(service.renew, guard=guard, metrics=metrics).process(made.payload(SubscriptionId))
        assert len(service.calls) == 2

    async def test_logs_each_outcome(self, made, guard, metrics):
        payload, service = made.payload(SubscriptionId), ScriptedRenewals(BEHIND, Renewal(RenewalOutcome.EXPIRED))
        with capture_logs() as logs:
            await BillingProcessor(service.renew, guard=guard, metrics=metrics).process(payload)
        assert [(entry["subscription"], entry["outcome"]) for entry in logs] == [
            (payload.id, "charged"),
            (payload.id, "expired"),
        ]

    async def test_claims_nothing_by_a_clock_it_does_not_trust(self, made, distrustful_guard, metrics):
        service = ScriptedRenewals(BEHIND)
        with pytest.raises(ClockNotTrustedError):
            await BillingProcessor(service.renew, guard=distrustful_guard, metrics=metrics).process(
                made.payload(SubscriptionId)
            )
        assert service.calls == []

    async def test_refuses_the_id_of_something_else(self, made, guard, metrics):
        with pytest.raises(MalformedPayloadError):
            await BillingProcessor(ScriptedRenewals(CHARGED).renew, guard=guard, metrics=metrics).process(
                made.payload(InvoiceId)
            )


class TestTheDunningProcessor:
    async def test_counts_what_a_case_came_to(self, made, guard, metrics):
        service = ScriptedRenewals(CHARGED)
        payload = made.payload(DunningScheduleId, Mode.LIVE)
        await DunningProcessor(service.renew, guard=guard, metrics=metrics).process(payload)
        assert service.calls == [(payload.tenant_id, payload.entity(DunningScheduleId))]
        assert 'duro_recovery_cases_total{mode="live",outcome="charged"} 1.0' in metrics.render().decode()

    async def test_works_on_nothing_with_a_clock_it_cannot_trust(self, made, distrustful_guard, metrics):
        service = ScriptedRenewals(CHARGED)
        with pytest.raises(ClockNotTrustedError):
            await DunningProcessor(service.renew, guard=distrustful_guard, metrics=metrics).process(
                made.payload(DunningScheduleId)
            )
        assert service.calls == []


class TestThePendingProcessor:
    async def test_resolves_an_attempt(self, scripted, made, guard, metrics):
        attempts, refunds = scripted(RenewalOutcome.CHARGED), scripted(None)
        payload = made.payload(PaymentAttemptId)
        await PendingProcessor(attempts, refunds, scripted(None), scripted(None), guard=guard, metrics=metrics).process(
            payload
        )
        assert attempts.calls == [(payload.tenant_id, payload.entity(PaymentAttemptId))]
        assert refunds.calls == []
        assert 'duro_pending_resolved_total{mode="test",outcome="charged"} 1.0' in metrics.render().decode()

    async def test_sends_a_refund(self, scripted, made, guard, metrics):
        attempts, refunds = scripted(RenewalOutcome.CHARGED), scripted("succeeded")
        payload = made.payload(RefundId)
        await PendingProcessor(attempts, refunds, scripted(None), scripted(None), guard=guard, metrics=metrics).process(
            payload
        )
        assert refunds.calls == [(payload.tenant_id, payload.entity(RefundId))]
        assert attempts.calls == []
        assert 'duro_refunds_total{mode="test",outcome="succeeded"} 1.0' in metrics.render().decode()

    async def test_looks_at_a_request_for_pushed_money(self, scripted, made, guard, metrics):
        requests, payload = scripted("received"), made.payload(PaymentRequestId)
        processor = PendingProcessor(
            scripted(None), scripted(None), requests, scripted(None), guard=guard, metrics=metrics
        )
        await processor.process(payload)
        assert requests.calls == [(payload.tenant_id, payload.entity(PaymentRequestId))]
        assert 'duro_payment_requests_total{mode="test",outcome="received"} 1.0' in metrics.render().decode()

    async def test_looks_a_mandate_up(self, scripted, made, guard, metrics):
        mandates, payload = scripted("active"), made.payload(PaymentMethodId)
        processor = PendingProcessor(
            scripted(None), scripted(None), scripted(None), mandates, guard=guard, metrics=metrics
        )
        await processor.process(payload)
        assert mandates.calls == [(payload.tenant_id, payload.entity(PaymentMethodId))]
        assert 'duro_mandates_total{mode="test",outcome="active"} 1.0' in metrics.render().decode()

    async def test_refuses_the_id_of_something_else(self, scripted, made, guard, metrics):
        with pytest.raises(MalformedPayloadError):
            await PendingProcessor(
                scripted(RenewalOutcome.CHARGED),
                scripted(None),
                scripted(None),
                scripted(None),
                guard=guard,
                metrics=metrics,
            ).process(made.payload(SubscriptionId))

    async def test_claims_nothing_by_a_clock_it_does_not_trust(self, scripted, made, distrustful_guard, metrics):
        attempts = scripted(RenewalOutcome.CHARGED)
        with pytest.raises(ClockNotTrustedError):
            await PendingProcessor(
                attempts, scripted(None), scripted(None), scripted(None), guard=distrustful_guard, metrics=metrics
            ).process(made.payload(PaymentAttemptId))
        assert attempts.calls == []


class TestTheIncompleteProcessor:
    async def test_drives_the_start_of_the_payload(self, scripted, made, guard, metrics):
        starts, payload = scripted(RenewalOutcome.EXPIRED), made.payload(SubscriptionId)
        await IncompleteProcessor(starts, guard=guard, metrics=metrics).process(payload)
        assert starts.calls == [(payload.tenant_id, payload.entity(SubscriptionId))]
        assert 'duro_incomplete_driven_total{mode="test",outcome="expired"} 1.0' in metrics.render().decode()

    async def test_claims_nothing_by_a_clock_it_does_not_trust(self, scripted, made, distrustful_guard, metrics):
        starts = scripted(RenewalOutcome.CHARGED)
        with pytest.raises(ClockNotTrustedError):
            await IncompleteProcessor(starts, guard=distrustful_guard, metrics=metrics).process(
                made.payload(SubscriptionId)
            )
        assert starts.calls == []


SENT = Telling(TellingOutcome.SENT, MessageKind.RECEIPT, Channel.EMAIL)


class TestTheMessageProcessor:
    async def test_sends_the_message_of_the_payload_and_counts_it(self, scripted, made, guard, metrics):
        messages, payload = scripted(SENT), made.payload(MessageId, Mode.LIVE)
        await MessageProcessor(messages.deliver, guard=guard, metrics=metrics).process(payload)
        assert messages.calls == [(payload.tenant_id, payload.entity(MessageId))]
        counted = 'duro_messages_total{channel="email",kind="receipt",mode="live",outcome="sent",trouble=""} 1.0'
        assert counted in metrics.render().decode()

    async def test_calls_somebody_when_our_own_account_is_shut(self, scripted, made, guard, metrics):
        setbacks = (Setback(Channel.WHATSAPP, Trouble.SENDER, "131042"), Setback(Channel.EMAIL, Trouble.OUTAGE, "451"))
        telling = Telling(TellingOutcome.DEFERRED, MessageKind.DUNNING_1, Channel.EMAIL, setbacks)
        with capture_logs() as logs:
            await MessageProcessor(scripted(telling).deliver, guard=guard, metrics=metrics).process(
                made.payload(MessageId)
            )
        assert [(log["channel"], log["code"]) for log in logs if log["log_level"] == "error"] == [
            ("whatsapp", "131042")
        ]
        counted = (
            'duro_messages_total{channel="email",kind="dunning_1",mode="test",outcome="deferred",trouble="sender"} 1.0'
        )
        assert counted in metrics.render().decode()

    async def test_refuses_the_id_of_something_else(self, scripted, made, guard, metrics):
        with pytest.raises(MalformedPayloadError):
            await MessageProcessor(scripted(SENT).deliver, guard=guard, metrics=metrics).process(
                made.payload(InvoiceId)
            )

    async def test_sends_nothing_by_a_clock_it_does_not_trust(self, scripted, made, distrustful_guard, metrics):
        messages = scripted(SENT)
        with pytest.raises(ClockNotTrustedError):
            await MessageProcessor(messages.deliver, guard=distrustful_guard, metrics=metrics).process(
                made.payload(MessageId)
            )
        assert messages.calls == []


class ScriptedReminders:
    """Writes as many reminders as it is told to, and notes for whom."""

    def __init__(self, written: int) -> None:
        self._written = written
        self.calls: list[TenantId] = []

    async def remind(self, tenant_id):
        self.calls.append(tenant_id)
        return self._written


class TestTheReminderProcessor:
    async def test_reminds_for_the_merchant_of_the_payload(self, made, guard, metrics):
        reminders = ScriptedReminders(3)
        payload = JobPayload.about(Mode.TEST, made.tenant, made.tenant)
        await ReminderProcessor(reminders, guard=guard, metrics=metrics).process(payload)
        assert reminders.calls == [made.tenant]
        assert 'duro_reminders_written_total{mode="test"} 3.0' in metrics.render().decode()

    async def test_refuses_to_work_for_another_merchant_than_it_names(self, made, guard, metrics):
        reminders = ScriptedReminders(3)
        with pytest.raises(MalformedPayloadError):
            await ReminderProcessor(reminders, guard=guard, metrics=metrics).process(made.payload(TenantId))
        assert reminders.calls == []
