from hypothesis import given
from hypothesis import strategies as st

from duro.crypto import Digest

few_parts = st.lists(st.binary(max_size=3), max_size=4)


class TestDigest:
    @given(few_parts, few_parts)
    def test_is_equal_only_for_equal_sequences(self, left: list[bytes], right: list[bytes]):
        assert (Digest.of(*left) == Digest.of(*right)) == (left == right)

    @given(st.binary(max_size=20), st.integers(0, 20))
    def test_tells_a_split_from_its_whole(self, whole: bytes, at: int):
        assert Digest.of(whole[:at], whole[at:]) != Digest.of(whole)
