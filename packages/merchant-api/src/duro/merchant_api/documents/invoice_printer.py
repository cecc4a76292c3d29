from importlib.resources import files
from typing import Final, final

import typst
from msgspec import json

from duro.merchant_api.documents.invoice_sheet import InvoiceSheet

_TEMPLATE: Final = files("duro.merchant_api.documents").joinpath("invoice.typ")


@final
class InvoicePrinter:
    """Prints invoices as PDF, with fonts that it brings along; the data is never read as markup."""

    def __init__(self) -> None:
        self._compiler = typst.Compiler(str(_TEMPLATE), ignore_system_fonts=True)

    def printed(self, sheet: InvoiceSheet) -> bytes:
        """Print one invoice, within milliseconds; the same invoice gives the same bytes."""
        data = json.encode(sheet.written()).decode()
        pages = self._compiler.compile(format="pdf", sys_inputs={"sheet": data})
        if not isinstance(pages, bytes):
            message = "A PDF is one file."
            raise TypeError(message)
        return pages
