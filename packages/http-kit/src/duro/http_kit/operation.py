from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, final

from msgspec import Struct

from duro.http_kit.file_answer import FileAnswer
from duro.http_kit.inputs import Input

_KEY: Final = "operation"


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What a route promises: what it reads, what it answers, and which refusals may come back.

    One that is reading changes nothing, whatever its method, and so has no use for an Idempotency-Key.
    """

    id: str
    summary: str
    answer: type[Struct] | FileAnswer
    description: str = ""
    form: type[Input] = Input
    status: int = 200
    refusals: tuple[int, ...] = ()
    is_public: bool = False
    is_unlimited: bool = False
    is_reading: bool = False
    example: Mapping[str, object] = field(default_factory=dict[str, object])
    answer_example: Mapping[str, object] = field(default_factory=dict[str, object])

    @property
    def opt(self) -> dict[str, object]:
        """Give the mark a route handler carries, for the document, the authentication and the limits to read."""
        marks = {"public": self.is_public, "unlimited": self.is_unlimited}
        return {_KEY: self, **{name: True for name, holds in marks.items() if holds}}

    @staticmethod
    def marked_on(opt: Mapping[str, object]) -> "Operation | None":
        operation = opt.get(_KEY)
        return operation if isinstance(operation, Operation) else None
