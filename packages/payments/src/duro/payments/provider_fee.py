from typing import final

from duro.kernel import Money


@final
class ProviderFee:
    """What a provider kept of money, believed only where it can be: from nothing to all of it, in its currency.

    What can't be believed is as unknown as what wasn't told: a fee is never a reason to lose sight of money.
    """

    @staticmethod
    def of(said: Money | None, *, amount: Money) -> Money | None:
        if said is None or said.currency != amount.currency or not 0 <= said.amount <= amount.amount:
            return None
        return said

    @classmethod
    def read(cls, said: object, *, amount: Money) -> Money | None:
        """Take what stands where a fee in minor units of the amount's currency should."""
        if not isinstance(said, int) or isinstance(said, bool):
            return None
        return cls.of(Money(said, amount.currency), amount=amount)
