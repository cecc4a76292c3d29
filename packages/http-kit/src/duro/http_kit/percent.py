from decimal import Decimal
from typing import Annotated, Final, final

from pydantic import PlainValidator, WithJsonSchema

_BASIS_POINTS: Final = 100
_WHOLE: Final = 10_000


@final
class PercentRule:
    """Reads a percentage with at most two decimals, above 0 and up to 100, as basis points, and writes it again."""

    @staticmethod
    def read(value: object) -> int:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        basis_points = Decimal(repr(value)) * _BASIS_POINTS if is_number else Decimal(0)
        if not 0 < basis_points <= _WHOLE or basis_points % 1:
            message = "Expected a percentage above 0, up to 100, with at most two decimals."
            raise ValueError(message)
        return int(basis_points)

    @staticmethod
    def written(basis_points: int) -> float:
        """Give 2,550 basis points as 25.5, and 2,500 as the integer 25."""
        whole, rest = divmod(basis_points, _BASIS_POINTS)
        return basis_points / _BASIS_POINTS if rest else whole


PercentField = Annotated[
    int,
    PlainValidator(PercentRule.read),
    WithJsonSchema(
        {
            "type": "number",
            "exclusiveMinimum": 0,
            "maximum": 100,
            "multipleOf": 0.01,
            "description": "With at most two decimals: 12.5 is an eighth.",
        }
    ),
]
