from typing import final

from duro.db.repositories import Repositories
from duro.kernel import IdFactory


@final
class NoReceipt:
    """The receipt of a caller who gave no key: every asking is a new act."""

    async def claim(self, repos: Repositories, ids: IdFactory) -> IdFactory:
        _ = repos
        return ids

    async def sign(self, repos: Repositories, result: object) -> None:
        """Keep nothing."""
