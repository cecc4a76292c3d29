from collections.abc import Mapping
from typing import ClassVar, final


@final
class InvoiceExamples:
    """What is asked for of an invoice, as the document shows it."""

    PAY: ClassVar[Mapping[str, object]] = {"paymentMethodId": "pm_01jxk8m3s4e5f6g7h8j9k0m1n2"}
