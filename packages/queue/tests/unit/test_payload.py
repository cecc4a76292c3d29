import pytest

from duro.crypto import SystemClock, Uuid7IdFactory
from duro.kernel import InvoiceId, Mode, SubscriptionId, TenantId
from duro.queue import JobKind, JobPayload, MalformedPayloadError

IDS = Uuid7IdFactory(SystemClock())
TENANT = IDS.new(TenantId)
SUBSCRIPTION = IDS.new(SubscriptionId)


class TestJobPayload:
    def test_comes_back_as_it_went_in(self):
        payload = JobPayload.about(Mode.LIVE, TENANT, SUBSCRIPTION)
        assert JobPayload.decode(payload.encode()) == payload
        assert payload.entity(SubscriptionId) == SUBSCRIPTION
        assert payload.kind == "sub"

    def test_carries_the_three_fields_and_nothing_else(self):
        assert JobPayload.about(Mode.TEST, TENANT, SUBSCRIPTION).encode() == {
            "mode": "test",
            "tenantId": str(TENANT),
            "id": str(SUBSCRIPTION),
        }

    @pytest.mark.parametrize(
        "change",
        [
            {"mode": "production"},
            {"mode": None},
            {"tenantId": "ten_short"},
            {"tenantId": str(SUBSCRIPTION)},
            {"id": "sub_short"},
            {"id": SUBSCRIPTION.suffix},
            {"id": f"{SUBSCRIPTION}\n"},
            {"id": 7},
            {"amount": "500000"},
        ],
    )
    def test_refuses_any_other_shape(self, change):
        data = JobPayload.about(Mode.TEST, TENANT, SUBSCRIPTION).encode() | change
        with pytest.raises(MalformedPayloadError):
            JobPayload.decode(data)

    @pytest.mark.parametrize("data", [None, [], "text", {}, {"mode": "test"}])
    def test_refuses_what_is_not_an_object_of_three(self, data):
        with pytest.raises(MalformedPayloadError):
            JobPayload.decode(data)

    def test_refuses_to_be_read_as_another_kind(self):
        with pytest.raises(MalformedPayloadError):
            JobPayload.about(Mode.TEST, TENANT, SUBSCRIPTION).entity(InvoiceId)


class TestJobKind:
    def test_names_a_job_by_what_it_is_about(self):
        job = JobKind.BILLING.job(Mode.LIVE, TENANT, SUBSCRIPTION)
        assert job.id == f"billing_live_{SUBSCRIPTION}"
        assert job.payload == JobPayload.about(Mode.LIVE, TENANT, SUBSCRIPTION)

    def test_keeps_a_queue_per_mode(self):
        assert {kind.queue_name(mode) for kind in JobKind for mode in Mode} == {
            "billing-test",
            "billing-live",
            "pending-test",
            "pending-live",
            "dunning-test",
            "dunning-live",
            "incomplete-test",
            "incomplete-live",
            "messages-test",
            "messages-live",
            "reminders-test",
            "reminders-live",
        }
