import pytest
from pydantic import TypeAdapter, ValidationError

from duro.http_kit.percent import PercentField, PercentRule


class TestPercentField:
    @pytest.mark.parametrize(
        ("value", "basis_points"),
        [
            (0.01, 1),
            (1, 100),
            (12.5, 1_250),
            (33.33, 3_333),
            (29.29, 2_929),
            (99.99, 9_999),
            (100, 10_000),
            (25.0, 2_500),
        ],
    )
    def test_reads_two_decimals_as_basis_points(self, value: object, basis_points: int):
        assert TypeAdapter(PercentField).validate_python(value) == basis_points

    @pytest.mark.parametrize(
        "value", [0, 0.0, -1, 100.01, 101, 33.333, 1e-9, 10**30, -(10**30), 1e300, True, "25", None, [25]]
    )
    def test_refuses_everything_else(self, value: object):
        with pytest.raises(ValidationError):
            TypeAdapter(PercentField).validate_python(value)

    def test_is_written_as_it_was_read(self):
        for basis_points in range(1, 10_001):
            written = PercentRule.written(basis_points)
            assert PercentRule.read(written) == basis_points
            assert isinstance(written, int) is (basis_points % 100 == 0)
