from typing import TypeVar, final

from duro.db.repositories import Repositories
from duro.kernel import EntityId, IdFactory

Kind = TypeVar("Kind", bound=EntityId)


@final
class PartReceipt:
    """The receipt of an act that is a part of another one: it names the one thing the part makes; the whole signs.

    Executed again the part finds that thing under its name.
    """

    def __init__(self, name: EntityId) -> None:
        self._name = name

    async def claim(self, repos: Repositories, ids: IdFactory) -> IdFactory:
        _ = repos, ids
        return self

    async def sign(self, repos: Repositories, result: object) -> None:
        """Keep nothing."""

    def new(self, kind: type[Kind]) -> Kind:
        return kind(self._name.value)
