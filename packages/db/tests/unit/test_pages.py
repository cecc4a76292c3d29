from uuid import UUID

import pytest

from duro.db import PageRequest
from duro.kernel import InvalidInputError, PlanId

IDENTIFIER = PlanId(UUID("019c1347-d280-7000-bc17-c30c8387f719"))


class TestAPageRequest:
    def test_starts_above_every_id(self):
        assert PageRequest().before_id == UUID(int=2**128 - 1)

    def test_continues_below_the_cursor(self):
        cursor = PageRequest.cursor_of(IDENTIFIER)
        assert PageRequest(after=cursor).before_id == IDENTIFIER.value
        assert len(cursor) == 22
        assert "plan" not in cursor

    @pytest.mark.parametrize(
        "cursor",
        [
            "",
            "x",
            "é",
            "!" * 22,
            "A" * 21,
            "A" * 23,
            "A" * 24,
            "\x00" * 22,
            PageRequest.cursor_of(IDENTIFIER) + "==",
            "A" * 21 + "B",
        ],
    )
    def test_refuses_any_other_text(self, cursor):
        with pytest.raises(InvalidInputError) as raised:
            _ = PageRequest(after=cursor).before_id
        assert [fault.path for fault in raised.value.faults] == ["cursor"]

    @pytest.mark.parametrize("limit", [0, -1, 101])
    def test_names_every_fault_at_once(self, limit):
        with pytest.raises(InvalidInputError) as raised:
            _ = PageRequest(limit=limit, after="x").before_id
        assert [fault.path for fault in raised.value.faults] == ["limit", "cursor"]

    @pytest.mark.parametrize("limit", [1, 100])
    def test_admits_limits_up_to_a_hundred(self, limit):
        assert PageRequest(limit=limit).before_id
