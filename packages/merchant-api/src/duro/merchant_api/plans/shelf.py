from typing import Protocol, final

from duro.kernel import TenantId


class ForgetsPlans(Protocol):
    """Where plans are kept for those who read them often."""

    async def forget(self, tenant_id: TenantId) -> None:
        """Keep nothing any more of this merchant's plans: one has changed, and the change is committed."""
        ...


@final
class NoShelf:
    """For whoever keeps nothing."""

    async def forget(self, tenant_id: TenantId) -> None:
        """Do nothing."""
