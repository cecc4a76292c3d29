import pytest
from whenever import TimeDelta

from duro.cache import RateLimit
from duro.kernel import InvalidInputError
from duro.public_api.settings import Settings

WHOLE = {
    "DURO_PROFILE": "development",
    "DURO_TEST_DATABASE_URL": "postgresql://duro_test@/duro",
    "DURO_LIVE_DATABASE_URL": "postgresql://duro_live@/duro",
    "DURO_GATEWAY_URL": "http://127.0.0.1:8403",
    "DURO_REDIS_URL": "unix:///run/duro/valkey.sock?db=0",
}


class TestSettings:
    def test_have_the_documented_defaults(self):
        settings = Settings.from_environment(WHOLE)
        assert (settings.host, settings.port, settings.lease) == ("127.0.0.1", 8401, TimeDelta(seconds=60))
        assert settings.is_development

    def test_are_production_unless_told_otherwise(self):
        without = {name: value for name, value in WHOLE.items() if name != "DURO_PROFILE"} | {"DURO_CARD_KEY": "k" * 32}
        assert not Settings.from_environment(without).is_development

    def test_take_what_meta_signs_with_and_says_together_or_not_at_all(self):
        both = {"DURO_WHATSAPP_APP_SECRET": "the secret", "DURO_WHATSAPP_VERIFY_TOKEN": "the word"}
        settings = Settings.from_environment({**WHOLE, **both})
        assert (settings.whatsapp_app_secret, settings.whatsapp_verify_token) == ("the secret", "the word")
        assert "the secret" not in repr(settings)
        assert (settings.person_keys is None, Settings.from_environment(WHOLE).person_keys) == (False, None)
        produced = {**WHOLE, **both, "DURO_PROFILE": "production", "DURO_CARD_KEY": "k" * 32}
        with pytest.raises(InvalidInputError) as caught:
            Settings.from_environment(produced)
        assert [fault.path for fault in caught.value.faults] == ["DURO_PERSON_KEY"]
        for name, value in both.items():
            with pytest.raises(InvalidInputError):
                Settings.from_environment({**WHOLE, name: value})

    def test_take_the_secrets_that_notices_may_be_signed_with_and_show_none(self):
        old, new = "o" * 16, "n" * 16
        assert Settings.from_environment(WHOLE).gateway_webhook_secrets == ()
        settings = Settings.from_environment({**WHOLE, "DURO_GATEWAY_WEBHOOK_SECRET": f"{old}, {new}"})
        assert settings.gateway_webhook_secrets == (old, new)
        assert old not in repr(settings)

    def test_refuse_a_secret_that_can_be_guessed(self):
        with pytest.raises(InvalidInputError) as refusal:
            Settings.from_environment({**WHOLE, "DURO_GATEWAY_WEBHOOK_SECRET": f"{'o' * 16},short"})
        assert [fault.path for fault in refusal.value.faults] == ["DURO_GATEWAY_WEBHOOK_SECRET"]

    def test_need_a_key_that_cards_are_told_apart_with_in_production_and_show_it_to_nobody(self):
        production = {**WHOLE, "DURO_PROFILE": "production"}
        for wrong in (production, {**production, "DURO_CARD_KEY": "too short"}):
            with pytest.raises(InvalidInputError) as refusal:
                Settings.from_environment(wrong)
            assert [fault.path for fault in refusal.value.faults] == ["DURO_CARD_KEY"]
        settings = Settings.from_environment({**production, "DURO_CARD_KEY": "k" * 32})
        assert settings.card_keys.secret == b"k" * 32
        assert "kkk" not in repr(settings)

    def test_list_every_fault_at_once(self):
        with pytest.raises(InvalidInputError) as refusal:
            Settings.from_environment(
                {
                    "DURO_PROFILE": "staging",
                    "DURO_PUBLIC_API_PORT": "0",
                    "DURO_LEASE_SECONDS": "x",
                    "DURO_KEY_RATE": "10001",
                    "DURO_KEY_BURST": "0",
                    "DURO_ADDRESS_RATE": "-1",
                    "DURO_ADDRESS_BURST": "many",
                    "DURO_TRUSTED_PROXIES": "10.0.0.0/8, proxy.internal",
                }
            )
        assert {fault.path for fault in refusal.value.faults} == {
            "DURO_PROFILE",
            "DURO_TEST_DATABASE_URL",
            "DURO_LIVE_DATABASE_URL",
            "DURO_GATEWAY_URL",
            "DURO_PUBLIC_API_PORT",
            "DURO_LEASE_SECONDS",
            "DURO_REDIS_URL",
            "DURO_KEY_RATE",
            "DURO_KEY_BURST",
            "DURO_ADDRESS_RATE",
            "DURO_ADDRESS_BURST",
            "DURO_TRUSTED_PROXIES",
            "DURO_CARD_KEY",
        }

    def test_never_show_the_url_of_a_server_that_has_a_password(self):
        shown = repr(Settings.from_environment(WHOLE))
        assert "postgresql" not in shown
        assert "valkey" not in shown

    def test_limit_keys_and_addresses_unless_told_not_to(self):
        limits = Settings.from_environment(WHOLE).limits
        assert (limits.credential, limits.address) == (RateLimit(100, 200), RateLimit(500, 1_000))
        limits = Settings.from_environment({**WHOLE, "DURO_KEY_RATE": "0", "DURO_ADDRESS_RATE": "0"}).limits
        assert (limits.credential, limits.address) == (None, None)

    def test_need_a_redis_in_production_only(self):
        without = {name: value for name, value in WHOLE.items() if name != "DURO_REDIS_URL"}
        assert Settings.from_environment(without).redis_url == ""
        with pytest.raises(InvalidInputError) as refusal:
            Settings.from_environment({**without, "DURO_PROFILE": "production", "DURO_CARD_KEY": "k" * 32})
        assert [fault.path for fault in refusal.value.faults] == ["DURO_REDIS_URL"]
