from typing import Protocol


class ChecksClock(Protocol):
    """What an act asks before it takes a lease: whether this machine's clock can be trusted with one."""

    async def check(self) -> None:
        """Raise a DomainError unless the clock is right."""
        ...
