import pytest

from duro.billing_worker import Settings
from duro.kernel import InvalidInputError

WHOLE = {
    "DURO_PROFILE": "development",
    "DURO_TEST_DATABASE_URL": "postgresql://duro_test@/duro?host=/run/duro",
    "DURO_LIVE_DATABASE_URL": "postgresql://duro_live@/duro?host=/run/duro",
    "DURO_SWEEP_DATABASE_URL": "postgresql://duro_sweep@/duro?host=/run/duro",
    "DURO_REDIS_URL": "unix:///run/duro/valkey.sock?db=0",
    "DURO_GATEWAY_URL": "http://127.0.0.1:8410",
}


class TestSettings:
    def test_have_the_documented_defaults(self):
        settings = Settings.from_environment(WHOLE)
        assert settings.is_development
        assert (settings.scan_seconds, settings.pending_seconds, settings.incomplete_seconds) == (60, 15, 600)
        assert (settings.lease_seconds, settings.gateway_timeout_seconds) == (60, 10)
        assert (settings.concurrency, settings.health_port) == (50, 8402)

    def test_are_those_of_production_unless_told_otherwise(self):
        assert not Settings.from_environment({**WHOLE, "DURO_PROFILE": ""}).is_development

    def test_take_what_they_are_told(self):
        settings = Settings.from_environment({**WHOLE, "DURO_WORKER_CONCURRENCY": "7", "DURO_SCAN_SECONDS": "5"})
        assert (settings.concurrency, settings.scan_seconds) == (7, 5)

    def test_name_every_fault_at_once(self):
        with pytest.raises(InvalidInputError) as caught:
            Settings.from_environment({"DURO_PROFILE": "staging", "DURO_SCAN_SECONDS": "0", "DURO_LEASE_SECONDS": "x"})
        assert {fault.path for fault in caught.value.faults} == {
            "DURO_PROFILE",
            "DURO_TEST_DATABASE_URL",
            "DURO_LIVE_DATABASE_URL",
            "DURO_SWEEP_DATABASE_URL",
            "DURO_REDIS_URL",
            "DURO_GATEWAY_URL",
            "DURO_SCAN_SECONDS",
            "DURO_LEASE_SECONDS",
        }

    def test_refuse_a_lease_too_short_for_a_charge_to_be_sent(self):
        with pytest.raises(InvalidInputError) as caught:
            Settings.from_environment({**WHOLE, "DURO_LEASE_SECONDS": "29"})
        assert [fault.path for fault in caught.value.faults] == ["DURO_LEASE_SECONDS"]
        assert Settings.from_environment({**WHOLE, "DURO_LEASE_SECONDS": "30"}).lease_seconds == 30
