from typing import final

from duro.crypto import LinkPurpose
from duro.db.records import Initiator
from duro.kernel import TenantId
from duro.merchant_api.billing.asked_charge import AskedCharge, ShownMethod
from duro.merchant_api.dunning import RetryNow
from duro.merchant_api.invoices import PayInvoice, PayInvoiceCommand
from duro.merchant_api.payer_links.payer_matter import PayerMatter
from duro.merchant_api.receipts import Receipt


@final
class ChargeForPayer:
    """Charges what a payer has saved for what they owe, as they ask: the open case is tried, else the invoice."""

    def __init__(self, retry: RetryNow, pay: PayInvoice) -> None:
        self._retry = retry
        self._pay = pay

    async def execute(
        self,
        tenant_id: TenantId,
        matter: PayerMatter,
        purpose: LinkPurpose,
        receipt: Receipt[object],
        *,
        shown: ShownMethod,
        return_url: str | None,
    ) -> None:
        """Charge what the payer was shown, once; where only a card is to be changed and no case waits, nothing is.

        Raise PaymentInProgressError, or the ConflictErrors of the two acts.
        """
        case, invoice, payer = matter.case, matter.invoice, Initiator.PAYER
        if case is not None and case.is_open:
            await self._retry.execute(tenant_id, case.id, receipt, initiator=payer, return_url=return_url, shown=shown)
        elif invoice is not None and purpose is LinkPurpose.PAY:
            asked = AskedCharge(initiator=payer, return_url=return_url, shown=shown)
            await self._pay.execute(tenant_id, PayInvoiceCommand(invoice_id=invoice.id, asked=asked), receipt)
