from typing import Protocol


class Announcer(Protocol):
    """Who tells the person at the terminal what happens to the processes."""

    def tell(self, text: str) -> None: ...

    def warn(self, text: str) -> None: ...
