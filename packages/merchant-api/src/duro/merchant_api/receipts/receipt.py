from typing import Protocol, TypeVar

from duro.db.repositories import Repositories
from duro.kernel import IdFactory

Result_contra = TypeVar("Result_contra", contravariant=True)


class Receipt(Protocol[Result_contra]):
    """What lets an act that is asked for twice happen once: claimed before it, signed with its result.

    An act claims in the transaction of its first write and signs in that of its last. Where these are one, the receipt
    exists exactly if the effect does; where they aren't, the claim is a lease, and an act executed again after it
    makes the same ids and so finds what it had written.
    """

    async def claim(self, repos: Repositories, ids: IdFactory) -> IdFactory:
        """Take the right to act, and give the factory to name new things by. Raise if the act was already asked for."""
        ...

    async def sign(self, repos: Repositories, result: Result_contra) -> None:
        """Write the result down."""
        ...
