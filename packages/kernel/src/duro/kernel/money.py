from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, final

_EXPONENT_OF: Final = {
    **dict.fromkeys(
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF "
        "CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL "
        "HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT "
        "MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB "
        "SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH "
        "USD UYU UZS VES WST XCD YER ZAR ZMW".split(),
        2,
    ),
    **dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split(), 0),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
}


class UnknownCurrencyError(ValueError):
    """The code names no currency in use (ISO 4217)."""

    def __init__(self, code: str) -> None:
        super().__init__("Expected an ISO 4217 currency code such as NGN.")
        self.code = code


class CurrencyMismatchError(ValueError):
    """Two amounts of different currencies met in one sum."""

    def __init__(self, left: "Currency", right: "Currency") -> None:
        super().__init__(f"{left.code} and {right.code} can't be combined.")


@final
@dataclass(frozen=True, slots=True, order=True)
class Currency:
    """An ISO 4217 currency."""

    code: str

    def __post_init__(self) -> None:
        if self.code not in _EXPONENT_OF:
            raise UnknownCurrencyError(self.code)

    @property
    def exponent(self) -> int:
        """How many decimal places its minor unit has."""
        return _EXPONENT_OF[self.code]

    def __str__(self) -> str:
        return self.code


@final
@dataclass(frozen=True, slots=True)
class Money:
    """An amount in integer minor units of one currency: Money(500000, NGN) is ₦5,000.00. May be negative."""

    amount: int
    currency: Currency

    @classmethod
    def zero(cls, currency: Currency) -> "Money":
        return cls(0, currency)

    def __add__(self, other: "Money") -> "Money":
        self._require_same(other)
        return Money(self.amount + other.amount, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._require_same(other)
        return Money(self.amount - other.amount, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.amount, self.currency)

    def __lt__(self, other: "Money") -> bool:
        self._require_same(other)
        return self.amount < other.amount

    def __le__(self, other: "Money") -> bool:
        self._require_same(other)
        return self.amount <= other.amount

    def times(self, quantity: int) -> "Money":
        return Money(self.amount * quantity, self.currency)

    def allocate(self, weights: Sequence[int]) -> tuple["Money", ...]:
        """Split without losing a minor unit: parts follow the weights, the remainder goes to the largest fractions,
        the earlier part first (largest-remainder rule).
        """
        total = sum(weights)
        if total <= 0 or any(weight < 0 for weight in weights):
            message = "Weights are non-negative and not all zero."
            raise ValueError(message)
        sign = -1 if self.amount < 0 else 1
        floors = [abs(self.amount) * weight // total for weight in weights]
        left = abs(self.amount) - sum(floors)
        by_fraction = sorted(range(len(weights)), key=lambda i: (-(abs(self.amount) * weights[i] % total), i))
        for index in by_fraction[:left]:
            floors[index] += 1
        return tuple(Money(sign * part, self.currency) for part in floors)

    @property
    def is_zero(self) -> bool:
        return self.amount == 0

    def _require_same(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise CurrencyMismatchError(self.currency, other.currency)

    def __str__(self) -> str:
        exponent = self.currency.exponent
        sign = "-" if self.amount < 0 else ""
        units, cents = divmod(abs(self.amount), 10**exponent)
        fraction = f".{cents:0{exponent}d}" if exponent else ""
        return f"{sign}{self.currency.code} {units:,}{fraction}"
