from typing import final


@final
class TrustedClock:
    """A guard of clocks that finds nothing wrong with this machine's."""

    async def check(self) -> None:
        """Let whoever asks go on."""
