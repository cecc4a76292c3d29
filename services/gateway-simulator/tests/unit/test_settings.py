from fractions import Fraction
from pathlib import Path

import pytest
from whenever import TimeDelta

from duro.gateway_simulator.settings import Settings
from duro.kernel import InvalidInputError


class TestSettings:
    def test_are_harmless_by_default(self):
        settings = Settings.from_environment({})
        assert (settings.host, settings.port, settings.database) == (
            "127.0.0.1", 8403, Path(".duro/gateway-simulator.db"),
        )  # fmt: skip
        assert (settings.faults.timeout_before_rate, settings.faults.timeout_after_rate) == (0, 0)
        assert (settings.latency, settings.is_hanging) == (TimeDelta(), False)
        assert (settings.slow, settings.hold) == (TimeDelta(seconds=3), TimeDelta(seconds=30))

    def test_read_every_variable(self):
        settings = Settings.from_environment({
            "GATEWAY_HOST": "::1", "GATEWAY_PORT": "0", "GATEWAY_DATABASE": "x.db", "GATEWAY_SEED": "s",
            "GATEWAY_TIMEOUT_BEFORE_RATE": "0.05", "GATEWAY_TIMEOUT_AFTER_RATE": "0.1", "GATEWAY_LATENCY_MS": "7",
            "GATEWAY_SLOW_MS": "8", "GATEWAY_HOLD_MS": "9", "GATEWAY_HANG": "1",
        })  # fmt: skip
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
            })  # fmt: skip
        assert [fault.path.removeprefix("GATEWAY_") for fault in refusal.value.faults] == [
            "TIMEOUT_BEFORE_RATE", "TIMEOUT_AFTER_RATE", "PORT", "LATENCY_MS", "SLOW_MS", "HOLD_MS", "HANG",
        ]  # fmt: skip

    def test_refuse_rates_that_exceed_one_together(self):
        with pytest.raises(InvalidInputError) as refusal:
            Settings.from_environment({"GATEWAY_TIMEOUT_BEFORE_RATE": "0.6", "GATEWAY_TIMEOUT_AFTER_RATE": "0.6"})
        assert [fault.path for fault in refusal.value.faults] == ["GATEWAY_TIMEOUT_AFTER_RATE"]
