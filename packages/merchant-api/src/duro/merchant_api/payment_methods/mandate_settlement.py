from dataclasses import replace
from typing import Final, assert_never, final

from whenever import Instant, TimeDelta

from duro.db.mandate_rows import ActivationTransfer, Mandate, PaymentMethodStatus
from duro.db.records import PaymentMethod
from duro.db.repositories import Repositories
from duro.kernel import Clock, PaymentMethodId
from duro.merchant_api.payment_methods.waiting_cases import WaitingCases
from duro.merchant_api.test_clocks.customer_clocks import CustomerClocks
from duro.payments import MandateActivation, MandateStanding, NotFound, Refused, Unknown

_LATEST: Final = TimeDelta(hours=6)
_HOPE: Final = TimeDelta(hours=24 * 60)
_LIVE: Final = frozenset({PaymentMethodStatus.PENDING, PaymentMethodStatus.ACTIVE})


@final
class MandateSettlement:
    """Writes down how a mandate stands at its provider, and wakes the recovery cases that this is news for.

    A pending one is asked after again after as long again as it has waited, at least every six hours, for 60 days. That
    happens in real time whatever clock its customer lives by, since its provider knows no other.
    """

    FIRST_LOOK: Final = TimeDelta(minutes=2)

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._clocks = CustomerClocks(clock)

    async def settle(
        self, repos: Repositories, method_id: PaymentMethodId, answer: MandateStanding | Refused | NotFound | Unknown
    ) -> PaymentMethod | None:
        """Return the method as it stands then; None if it is no mandate of this tenant.

        Subscriptions are locked before the method, as by a claim. Raise ConflictError `test_clock_advancing`.
        """
        seen = await repos.payment_methods.get(method_id)
        customer = None if seen is None else await repos.customers.get(seen.customer_id)
        if customer is None:
            return None
        clock = await self._clocks.of(repos, customer.test_clock_id)
        await repos.dunning.lock_with_open_cases(customer.id)
        before = await repos.payment_methods.lock(method_id)
        if before is None or before.mandate is None:
            return None
        after = self._settled(before, before.mandate, answer, now=clock.now())
        if after == before:
            return before
        await repos.payment_methods.update(after)
        if after.status is not before.status and after.detached_at is None:
            await WaitingCases.tell(repos, after, now=clock.now())
        return after

    def _settled(
        self,
        method: PaymentMethod,
        mandate: Mandate,
        answer: MandateStanding | Refused | NotFound | Unknown,
        *,
        now: Instant,
    ) -> PaymentMethod:
        match answer:
            case MandateStanding():
                return self._standing(method, mandate, answer, now=now)
            case Refused():
                over = replace(mandate, look_at=None)
                detached_at = method.detached_at or now
                return replace(method, status=PaymentMethodStatus.REJECTED, mandate=over, detached_at=detached_at)
            case NotFound():
                return self._missing(method, mandate)
            case Unknown():
                return replace(method, mandate=replace(mandate, look_at=self._clock.now() + self.FIRST_LOOK))
            case _:
                assert_never(answer)

    def _standing(
        self, method: PaymentMethod, mandate: Mandate, answer: MandateStanding, *, now: Instant
    ) -> PaymentMethod:
        """Believe the provider, except news that is older than what is known, and of what was removed."""
        status = PaymentMethodStatus(answer.status.value)
        known = replace(method, token=answer.token)
        if method.detached_at is not None:
            look_at = self._clock.now() + self.FIRST_LOOK if status in _LIVE else None
            return replace(known, mandate=replace(mandate, look_at=look_at))
        if method.token and status.is_before(method.status):
            return method
        is_active, is_pending = status is PaymentMethodStatus.ACTIVE, status is PaymentMethodStatus.PENDING
        return replace(
            known,
            status=status,
            mandate=replace(
                mandate,
                ceiling=answer.ceiling,
                activation=self._transfer(answer.activation) if is_pending else None,
                activated_at=mandate.activated_at or (self._activated_at(answer, now) if is_active else None),
                look_at=self._next_look(method) if is_pending else None,
            ),
        )

    def _activated_at(self, answer: MandateStanding, now: Instant) -> Instant:
        """Say when by its customer's clock: one that was moved knows nothing of the provider's time."""
        is_moved = abs(self._clock.now() - now) > self.FIRST_LOOK
        return now if is_moved or answer.activated_at is None else answer.activated_at

    def _missing(self, method: PaymentMethod, mandate: Mandate) -> PaymentMethod:
        """Give up what the provider never had, unless the order for it may be on its way."""
        if mandate.look_at is not None and mandate.look_at > self._clock.now():
            return method
        is_new = method.status is PaymentMethodStatus.PENDING and method.detached_at is None
        status = PaymentMethodStatus.REJECTED if is_new else method.status
        return replace(method, status=status, mandate=replace(mandate, look_at=None))

    def _next_look(self, method: PaymentMethod) -> Instant | None:
        """Count from when its id was made: what else is dated of it is by its customer's clock, which may stand."""
        now = self._clock.now()
        waited = now - (method.id.made_at or method.created_at)
        return None if waited > _HOPE else now + min(max(waited, self.FIRST_LOOK), _LATEST)

    @staticmethod
    def _transfer(activation: MandateActivation | None) -> ActivationTransfer | None:
        if activation is None:
            return None
        account = activation.account
        return ActivationTransfer(account.number, account.bank_name, account.account_name, activation.amount)
