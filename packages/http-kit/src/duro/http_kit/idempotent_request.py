from dataclasses import dataclass
from typing import final

from duro.crypto import Digest
from duro.http_kit.idempotency_key import IdempotencyKey
from duro.http_kit.principal import Principal


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class IdempotentRequest:
    """One mutation as it is remembered: the space its key lives in, the key, what was asked, and a seed for its ids."""

    space: str
    key: str
    digest: bytes
    seed: bytes

    @classmethod
    def of(
        cls,
        principal: Principal,
        key: IdempotencyKey,
        *,
        method: str,
        path: str,
        body: bytes,
    ) -> "IdempotentRequest":
        space = principal.credential_class.value
        return cls(
            space=space,
            key=key.text,
            digest=Digest.of(method.encode(), path.encode(), body),
            seed=Digest.of(
                principal.tenant_id.value.bytes,
                principal.mode.value.encode(),
                space.encode(),
                key.text.encode(),
            ),
        )
