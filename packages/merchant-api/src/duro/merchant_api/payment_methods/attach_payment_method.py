from dataclasses import dataclass, replace
from typing import Final, assert_never, final

from duro.billing.recovery import Network
from duro.db.contexts import RepositoryContexts
from duro.db.records import PaymentMethod
from duro.db.repositories import Repositories
from duro.kernel import (
    Clock,
    CustomerId,
    DomainError,
    ErrorKind,
    IdFactory,
    NotFoundError,
    PaymentMethodId,
    TenantId,
)
from duro.merchant_api.billing.card_verdicts import CardVerdicts
from duro.merchant_api.billing.gateways import GatewayRegistry
from duro.merchant_api.payment_methods.card_keys import CardKeys
from duro.merchant_api.payment_methods.waiting_cases import WaitingCases
from duro.merchant_api.receipts import NoReceipt, Receipt
from duro.merchant_api.test_clocks.customer_clocks import CustomerClocks
from duro.payments import CardDetails, CardRefused, ChargeGateway, Tokenized, Unknown

_UNSIGNED: Final = NoReceipt()


@final
class CardRefusedError(DomainError):
    """The provider will not keep this card."""

    def __init__(self, refusal: CardRefused) -> None:
        super().__init__("card_refused", ErrorKind.REFUSED, f"The card was refused: {refusal.message} ({refusal.code})")
        self.reason = refusal.code


@final
class GatewayUnavailableError(DomainError):
    """The provider could not say whether it kept the card; nothing was saved, so asking again is safe."""

    def __init__(self) -> None:
        super().__init__("gateway_unavailable", ErrorKind.UNAVAILABLE, "The provider can't be reached. Try again.")


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class AttachPaymentMethodCommand:
    """Whose card it is, and what is printed on it."""

    customer_id: CustomerId
    card: CardDetails


@final
class AttachPaymentMethod:
    """Saves a customer's card as the provider's token; the number itself is never stored.

    Where recovery waits for another card of theirs, this is it. One that this merchant may never charge again, whoever
    saved it before, is saved as barred, and recovery goes on waiting.
    """

    def __init__(
        self,
        contexts: RepositoryContexts,
        gateways: GatewayRegistry,
        ids: IdFactory,
        clock: Clock,
        *,
        keys: CardKeys,
    ) -> None:
        self._keys = keys
        self._contexts = contexts
        self._gateways = gateways
        self._ids = ids
        self._clocks = CustomerClocks(clock)
        self._verdicts = CardVerdicts.published()

    async def execute(
        self,
        tenant_id: TenantId,
        command: AttachPaymentMethodCommand,
        receipt: Receipt[PaymentMethod] = _UNSIGNED,
    ) -> PaymentMethod:
        """Raise NotFoundError, CardRefusedError or GatewayUnavailableError."""
        async with self._contexts.open(tenant_id) as repos:
            ids = await receipt.claim(repos, self._ids)
            customer = await repos.customers.get(command.customer_id)
            if customer is None:
                raise NotFoundError("customer", command.customer_id)
            clock = await self._clocks.of(repos, customer.test_clock_id)
        if command.card.has_expired(clock.now()):
            raise CardRefusedError(CardRefused("expired_card", "Its last month is over."))
        gateway = self._gateways.default
        card = await self._tokenized(gateway, command.card)
        async with self._contexts.open(tenant_id) as repos:
            clock = await self._clocks.of(repos, customer.test_clock_id)
            method = await self._with_bar(
                repos,
                PaymentMethod(
                    id=ids.new(PaymentMethodId),
                    customer_id=command.customer_id,
                    provider=gateway.name,
                    token=card.token,
                    brand=card.brand,
                    last4=card.last4,
                    exp_month=card.exp_month,
                    exp_year=card.exp_year,
                    detached_at=None,
                    created_at=clock.now(),
                    fingerprint=card.fingerprint,
                    fingerprint_key=None
                    if card.fingerprint is None
                    else self._keys.of(repos, customer, provider=gateway.name, fingerprint=card.fingerprint),
                ),
            )
            await repos.payment_methods.insert(method)
            await WaitingCases.answer(repos, method, now=clock.now())
            await receipt.sign(repos, method)
        return method

    async def _with_bar(self, repos: Repositories, method: PaymentMethod) -> PaymentMethod:
        """Bar a card for which this merchant was told so before; that its payer stopped the charges is over now."""
        network = Network.of_brand(method.brand)
        history = await repos.recovery.history(cards=[method.card_key])
        is_barred = any(self._verdicts.bars_for_good(one, network) for one in history.of(method.card_key))
        return replace(method, barred_at=method.created_at) if is_barred else method

    @staticmethod
    async def _tokenized(gateway: ChargeGateway, card: CardDetails) -> Tokenized:
        answer = await gateway.tokenize(card)
        match answer:
            case Tokenized():
                return answer
            case CardRefused():
                raise CardRefusedError(answer)
            case Unknown():
                raise GatewayUnavailableError
            case _:
                assert_never(answer)
