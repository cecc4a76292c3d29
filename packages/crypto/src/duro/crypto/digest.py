from hashlib import sha256
from typing import final


@final
class Digest:
    """The SHA-256 of a sequence of byte strings, each preceded by its length so that no two sequences read alike."""

    @staticmethod
    def of(*parts: bytes) -> bytes:
        """Give 32 bytes; the length before each part is 8 bytes, big-endian."""
        state = sha256()
        for part in parts:
            state.update(len(part).to_bytes(8, "big"))
            state.update(part)
        return state.digest()
