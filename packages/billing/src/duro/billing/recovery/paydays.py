from typing import Protocol

from whenever import Instant


class Paydays(Protocol):
    """When money is likely to be in a payer's account."""

    def is_payday(self, at: Instant) -> bool: ...

    def next_after(self, at: Instant) -> Instant:
        """Return when to try for the next payday, later than `at`."""
        ...

    def near(self, at: Instant) -> Instant:
        """Return `at` itself on a payday, and otherwise when the next one begins."""
        ...
