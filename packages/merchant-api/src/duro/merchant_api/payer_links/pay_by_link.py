from typing import final

from duro.crypto import PayerLink
from duro.db import RepositoryContexts
from duro.kernel import Clock, PaymentMethodId
from duro.merchant_api.billing.asked_charge import ShownMethod
from duro.merchant_api.payer_links.charge_for_payer import ChargeForPayer
from duro.merchant_api.payer_links.not_offered import NotOfferedError
from duro.merchant_api.payer_links.payer_matter import PayerMatter
from duro.merchant_api.payer_links.payer_options import PayerOptions
from duro.merchant_api.payer_links.payer_standing import Owing
from duro.merchant_api.receipts import Receipt
from duro.merchant_api.test_clocks.customer_clocks import CustomerClocks


@final
class PayByLink:
    """Charges what a payer has saved, because they ask for it on the page of their link."""

    def __init__(
        self, contexts: RepositoryContexts, charge: ChargeForPayer, options: PayerOptions, *, clock: Clock
    ) -> None:
        self._contexts = contexts
        self._charge = charge
        self._options = options
        self._clocks = CustomerClocks(clock)

    async def execute(
        self,
        link: PayerLink,
        receipt: Receipt[object],
        *,
        shown: PaymentMethodId | None,
        return_url: str | None = None,
    ) -> None:
        """Charge what their page has named, once; a decline is no error, nor is an answer that isn't known yet.

        Raise InvalidLinkError, NotOfferedError where the page wouldn't offer it, or ConflictError, which is
        `payment_method_changed` where something else would be charged by now.
        """
        async with self._contexts.open(link.tenant_id) as repos:
            matter = await PayerMatter.of(repos, link, self._clocks)
        standing = self._options.of(matter, link.purpose)
        if not isinstance(standing, Owing) or standing.saved is None or shown is None:
            raise NotOfferedError
        method = ShownMethod(method_id=shown)
        await self._charge.execute(link.tenant_id, matter, link.purpose, receipt, shown=method, return_url=return_url)
