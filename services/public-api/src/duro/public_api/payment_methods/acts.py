from dataclasses import dataclass
from typing import assert_never, final

from duro.db import RepositoryContexts
from duro.db.records import PaymentMethod
from duro.kernel import Clock, IdFactory, TenantId
from duro.merchant_api.billing import GatewayRegistry
from duro.merchant_api.payment_methods import (
    AttachMandate,
    AttachMandateCommand,
    AttachPaymentMethod,
    AttachPaymentMethodCommand,
    CardKeys,
    DetachPaymentMethod,
    GetPaymentMethod,
    ListPaymentMethods,
    MandateService,
)
from duro.merchant_api.receipts import Receipt


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentMethodActs:
    """What a merchant can do with the ways their customers pay."""

    attach_card: AttachPaymentMethod
    attach_mandate: AttachMandate
    detach: DetachPaymentMethod
    show: GetPaymentMethod
    browse: ListPaymentMethods

    @classmethod
    def over(
        cls,
        contexts: RepositoryContexts,
        *,
        gateways: GatewayRegistry,
        card_keys: CardKeys,
        ids: IdFactory,
        clock: Clock,
    ) -> "PaymentMethodActs":
        mandates = MandateService(contexts, gateways, clock=clock)
        return cls(
            attach_card=AttachPaymentMethod(contexts, gateways, ids, clock, keys=card_keys),
            attach_mandate=AttachMandate(contexts, gateways, ids, clock),
            detach=DetachPaymentMethod(contexts, mandates, ids, clock),
            show=GetPaymentMethod(contexts),
            browse=ListPaymentMethods(contexts),
        )

    async def attach(
        self,
        tenant_id: TenantId,
        command: AttachPaymentMethodCommand | AttachMandateCommand,
        receipt: Receipt[PaymentMethod],
    ) -> PaymentMethod:
        match command:
            case AttachPaymentMethodCommand():
                return await self.attach_card.execute(tenant_id, command, receipt)
            case AttachMandateCommand():
                return await self.attach_mandate.execute(tenant_id, command, receipt)
            case _:
                assert_never(command)
