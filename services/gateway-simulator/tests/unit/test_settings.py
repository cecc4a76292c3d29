from fractions import Fraction
from pathlib import Path

import pytest
from whenever import TimeDelta

from duro.gateway_simulator.settings import Settings
from duro.gateway_simulator.webhook_settings import WebhookSettings
from duro.kernel import InvalidInputError
from duro.payments.simulated import NoticePlan, RetryPlan


class TestSettings:
    def test_are_harmless_by_default(self):
        settings = Settings.from_environment({})
        assert (settings.host, settings.port, settings.database) == (
            "127.0.0.1", 8403, Path(".duro/gateway-simulator.db"),
        )  # fmt: skip
        assert (settings.faults.timeout_before_rate, settings.faults.timeout_after_rate) == (0, 0)
        assert (settings.latency, settings.is_hanging) == (TimeDelta(), False)
        assert (settings.slow, settings.hold) == (TimeDelta(seconds=3), TimeDelta(seconds=30))
        assert (settings.setup_time, settings.webhooks) == (TimeDelta(hours=2), None)
        assert (settings.public_url, settings.approval_time) == ("", TimeDelta(minutes=15))

    def test_read_every_variable(self):
        settings = Settings.from_environment({
            "GATEWAY_HOST": "::1", "GATEWAY_PORT": "0", "GATEWAY_DATABASE": "x.db", "GATEWAY_SEED": "s",
            "GATEWAY_TIMEOUT_BEFORE_RATE": "0.05", "GATEWAY_TIMEOUT_AFTER_RATE": "0.1", "GATEWAY_LATENCY_MS": "7",
            "GATEWAY_SLOW_MS": "8", "GATEWAY_HOLD_MS": "9", "GATEWAY_HANG": "1",
            "GATEWAY_PUBLIC_URL": "https://bank.example.com/", "GATEWAY_APPROVAL_SECONDS": "10",
        })  # fmt: skip
        assert (settings.public_url, settings.approval_time) == ("https://bank.example.com", TimeDelta(seconds=10))
        assert (settings.host, settings.port, settings.database) == ("::1", 0, Path("x.db"))
        assert settings.faults.timeout_before_rate == Fraction(1, 20)
        assert (settings.faults.timeout_after_rate, settings.faults.seed) == (Fraction(1, 10), "s")
        assert (settings.latency, settings.slow, settings.hold) == tuple(TimeDelta(milliseconds=n) for n in (7, 8, 9))
        assert settings.is_hanging

    def test_list_every_fault_at_once(self):
        with pytest.raises(InvalidInputError) as refusal:
            Settings.from_environment({
                "GATEWAY_PORT": "70000", "GATEWAY_TIMEOUT_BEFORE_RATE": "often", "GATEWAY_TIMEOUT_AFTER_RATE": "1.1",
                "GATEWAY_LATENCY_MS": "-1", "GATEWAY_SLOW_MS": "1e3", "GATEWAY_HOLD_MS": "٣", "GATEWAY_HANG": "maybe",
                "GATEWAY_PUBLIC_URL": "bank.example.com", "GATEWAY_APPROVAL_SECONDS": "soon",
            })  # fmt: skip
        assert [fault.path.removeprefix("GATEWAY_") for fault in refusal.value.faults] == [
            "TIMEOUT_BEFORE_RATE", "TIMEOUT_AFTER_RATE", "PORT", "LATENCY_MS", "SLOW_MS", "HOLD_MS", "HANG",
            "PUBLIC_URL", "APPROVAL_SECONDS",
        ]  # fmt: skip

    def test_read_where_notices_go_and_how_badly(self):
        settings = Settings.from_environment({
            "GATEWAY_WEBHOOK_URL": "http://127.0.0.1:8402/in", "GATEWAY_WEBHOOK_SECRET": "s", "GATEWAY_SEED": "seed",
            "GATEWAY_WEBHOOK_LOSS_RATE": "0.1", "GATEWAY_WEBHOOK_DUPLICATE_RATE": "0.2",
            "GATEWAY_WEBHOOK_DELAY_RATE": "0.3", "GATEWAY_WEBHOOK_REORDER_RATE": "0.4",
            "GATEWAY_WEBHOOK_DELAY_MS": "5", "GATEWAY_WEBHOOK_REORDER_MS": "6", "GATEWAY_WEBHOOK_RETRY_MS": "7",
            "GATEWAY_WEBHOOK_PATIENCE_MS": "8", "GATEWAY_WEBHOOK_CHARGES": "1", "GATEWAY_MANDATE_SETUP_SECONDS": "9",
        })  # fmt: skip
        milliseconds = [TimeDelta(milliseconds=number) for number in (5, 6, 7, 8)]
        assert settings.setup_time == TimeDelta(seconds=9)
        assert settings.webhooks == WebhookSettings(
            url="http://127.0.0.1:8402/in",
            secret="s",
            plan=NoticePlan(*[Fraction(n, 10) for n in (1, 2, 3, 4)], milliseconds[0], milliseconds[1], "seed"),
            retries=RetryPlan(milliseconds[2], milliseconds[3]),
            is_telling_charges=True,
        )

    def test_tell_of_charges_only_when_asked_to(self):
        settings = Settings.from_environment({"GATEWAY_WEBHOOK_URL": "https://x.test", "GATEWAY_WEBHOOK_SECRET": "s"})
        assert not settings.webhooks.is_telling_charges
        assert settings.webhooks.plan == NoticePlan(seed="duro")
        assert settings.webhooks.retries == RetryPlan()

    @pytest.mark.parametrize("url", ["127.0.0.1:80", "ftp://x.test", "http://", "http://[::1", "/in"])
    def test_refuse_an_address_that_is_none_and_a_missing_secret(self, url):
        with pytest.raises(InvalidInputError) as refusal:
            Settings.from_environment({"GATEWAY_WEBHOOK_URL": url, "GATEWAY_WEBHOOK_LOSS_RATE": "2"})
        assert [fault.path.removeprefix("GATEWAY_WEBHOOK_") for fault in refusal.value.faults] == [
            "LOSS_RATE", "URL", "SECRET",
        ]  # fmt: skip

    def test_refuse_rates_that_exceed_one_together(self):
        with pytest.raises(InvalidInputError) as refusal:
            Settings.from_environment({"GATEWAY_TIMEOUT_BEFORE_RATE": "0.6", "GATEWAY_TIMEOUT_AFTER_RATE": "0.6"})
        assert [fault.path for fault in refusal.value.faults] == ["GATEWAY_TIMEOUT_AFTER_RATE"]
