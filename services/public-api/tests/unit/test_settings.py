import pytest
from whenever import TimeDelta

from duro.kernel import InvalidInputError
from duro.public_api.settings import Settings

WHOLE = {
    "DURO_PROFILE": "development",
    "DURO_TEST_DATABASE_URL": "postgresql://duro_test@/duro",
    "DURO_LIVE_DATABASE_URL": "postgresql://duro_live@/duro",
    "DURO_GATEWAY_URL": "http://127.0.0.1:8403",
}


class TestSettings:
    def test_have_the_documented_defaults(self):
        settings = Settings.from_environment(WHOLE)
        assert (settings.host, settings.port, settings.lease) == ("127.0.0.1", 8401, TimeDelta(seconds=60))
        assert settings.is_development

    def test_are_production_unless_told_otherwise(self):
        without = {name: value for name, value in WHOLE.items() if name != "DURO_PROFILE"}
        assert not Settings.from_environment(without).is_development

    def test_list_every_fault_at_once(self):
        with pytest.raises(InvalidInputError) as refusal:
            Settings.from_environment(
                {"DURO_PROFILE": "staging", "DURO_PUBLIC_API_PORT": "0", "DURO_LEASE_SECONDS": "x"}
            )
        assert {fault.path for fault in refusal.value.faults} == {
            "DURO_PROFILE",
            "DURO_TEST_DATABASE_URL",
            "DURO_LIVE_DATABASE_URL",
            "DURO_GATEWAY_URL",
            "DURO_PUBLIC_API_PORT",
            "DURO_LEASE_SECONDS",
        }

    def test_never_show_a_database_url(self):
        assert "postgresql" not in repr(Settings.from_environment(WHOLE))
