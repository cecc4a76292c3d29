import pytest
from pydantic import TypeAdapter, ValidationError
from whenever import Instant

from duro.http_kit.fields import CurrencyField, InstantField, LimitField, PlanIdField
from duro.kernel import Currency, PlanId


def read(form: object, value: object) -> object:
    return TypeAdapter(form).validate_python(value)


class TestInstantField:
    @pytest.mark.parametrize(
        ("text", "instant"),
        [
            ("2000-01-01T00:00:00Z", Instant.from_utc(2000, 1, 1)),
            ("2026-03-31T10:00:00+01:00", Instant.from_utc(2026, 3, 31, 9)),
            ("2199-12-31T23:59:59.999999Z", Instant.from_utc(2199, 12, 31, 23, 59, 59, nanosecond=999_999_000)),
        ],
    )
    def test_reads_rfc_3339_with_an_offset(self, text: str, instant: Instant):
        assert read(InstantField, text) == instant

    @pytest.mark.parametrize(
        "value",
        [
            "1999-12-31T23:59:59Z",
            "2200-01-01T00:00:00Z",
            "2026-01-01",
            "2026-01-01T00:00:00",
            "2026-01-01 00:00:00Z",
            "2026-01-01T00:00:00.1234567Z",
            "2026-13-01T00:00:00Z",
            "\uff12\uff10\uff12\uff16-01-01T00:00:00Z",
            0,
            None,
        ],
    )
    def test_refuses_everything_else(self, value: object):
        with pytest.raises(ValidationError):
            read(InstantField, value)


class TestIdField:
    def test_reads_its_own_kind(self):
        text = "plan_01jxk8m3s4e5f6g7h8j9k0m1n2"
        assert str(read(PlanIdField, text)) == text
        assert isinstance(read(PlanIdField, text), PlanId)

    @pytest.mark.parametrize("value", ["cus_01jxk8m3s4e5f6g7h8j9k0m1n2", "plan_", "", 1, None, ["plan_"]])
    def test_refuses_everything_else(self, value: object):
        with pytest.raises(ValidationError):
            read(PlanIdField, value)


class TestCurrencyField:
    def test_reads_a_currency_in_use(self):
        assert read(CurrencyField, "NGN") == Currency("NGN")

    @pytest.mark.parametrize("value", ["ngn", "XXX", "", 566, None])
    def test_refuses_everything_else(self, value: object):
        with pytest.raises(ValidationError):
            read(CurrencyField, value)


class TestLimitField:
    @pytest.mark.parametrize(("text", "limit"), [("1", 1), ("100", 100), ("007", 7)])
    def test_reads_digits(self, text: str, limit: int):
        assert TypeAdapter(LimitField).validate_python(text, strict=True) == limit

    @pytest.mark.parametrize("text", ["0", "101", "1.0", "1_0", " 1", "+1", "-1", "", "\uff19", "9" * 5_000])
    def test_refuses_everything_else(self, text: str):
        with pytest.raises(ValidationError):
            TypeAdapter(LimitField).validate_python(text, strict=True)
