from collections.abc import Mapping
from dataclasses import dataclass
from typing import final

from litestar import Response
from msgspec import Struct, json


@final
@dataclass(frozen=True, slots=True)
class Answer:
    """A status and a body as they go over the wire, and as they are kept for a replay."""

    status: int
    body: bytes

    @classmethod
    def of(cls, status: int, view: Struct) -> "Answer":
        return cls(status, json.encode(view))

    def response(self, headers: Mapping[str, str] | None = None) -> Response[bytes]:
        return Response(
            content=self.body,
            status_code=self.status,
            media_type="application/json",
            headers=dict(headers or {}),
        )
