from dataclasses import dataclass
from typing import final

from litestar import Response


@final
@dataclass(frozen=True, slots=True)
class FileAnswer:
    """What an operation answers that gives no JSON but a file of some media type."""

    media_type: str
    description: str

    def named(self, name: str, content: bytes) -> Response[bytes]:
        """Answer with the file, to be looked at or to be saved under its name."""
        headers = {"Content-Disposition": f'inline; filename="{name}"'}
        return Response(content=content, status_code=200, media_type=self.media_type, headers=headers)
