from typing import Annotated

from pydantic import Field

from duro.http_kit.fields import CurrencyField, ReasonField
from duro.http_kit.inputs import Input, PageSection, Section
from duro.merchant_api.credit import GrantCreditCommand
from duro.public_api.subscriptions.bodies import SubscriptionPath


class GrantCreditBody(Section):
    """By how much the balance changes, in minor units, and why; a negative amount takes credit back."""

    amount: Annotated[int, Field(gt=-(10**12), lt=10**12)]
    reason: ReasonField
    currency: CurrencyField | None = None


class GrantCreditInput(Input):
    """Reads POST /v1/subscriptions/{subscriptionId}/credit."""

    path: SubscriptionPath
    body: GrantCreditBody

    def command(self) -> GrantCreditCommand:
        return GrantCreditCommand(
            subscription_id=self.path.subscription_id,
            amount=self.body.amount,
            reason=self.body.reason,
            currency=self.body.currency,
        )


class CreditInput(Input):
    """Reads GET /v1/subscriptions/{subscriptionId}/credit."""

    path: SubscriptionPath
    query: PageSection
