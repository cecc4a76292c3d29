from decimal import Decimal
from typing import final

from babel import Locale
from babel.numbers import format_decimal, get_currency_symbol
from whenever import Instant

from duro.billing import Zone
from duro.billing.recovery.spoken_instant import SpokenInstant
from duro.kernel import Money


@final
class PayerFormat:
    """How amounts and instants are written for a person: ₦5,000.00, 28 March 2027 at 10:00 on their own clock."""

    def __init__(self, locale: str = "en_NG") -> None:
        self._locale = Locale.parse(locale)

    def money(self, money: Money) -> str:
        """Write all decimal places the currency has; a sign, if any, comes first."""
        exponent, code = money.currency.exponent, money.currency.code
        digits = "#,##0." + "0" * exponent if exponent else "#,##0"
        number = format_decimal(Decimal(abs(money.amount)).scaleb(-exponent), format=digits, locale=self._locale)
        symbol = get_currency_symbol(code, locale=self._locale)
        gap = "\u00a0" if symbol[-1:].isalpha() else ""
        return f"{'-' if money.amount < 0 else ''}{symbol}{gap}{number}"

    def moment(self, at: Instant, zone: Zone) -> str:
        return str(SpokenInstant(at, zone))
