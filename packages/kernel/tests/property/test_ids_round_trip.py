from hypothesis import given
from hypothesis import strategies as st

from duro.kernel import InvoiceId, MalformedIdError


class TestAnId:
    @given(st.uuids())
    def test_survives_being_written_and_read(self, value):
        assert InvoiceId.parse(str(InvoiceId(value))) == InvoiceId(value)

    @given(st.uuids(), st.uuids())
    def test_sorts_as_text_as_it_sorts_as_a_number(self, one, other):
        assert (InvoiceId(one) < InvoiceId(other)) == (str(InvoiceId(one)) < str(InvoiceId(other)))

    @given(st.text(max_size=40) | st.text("0123456789abcdefghjkmnpqrstvwxyz", min_size=26, max_size=26))
    def test_is_read_from_its_one_spelling_or_refused(self, suffix):
        try:
            read = InvoiceId.parse(f"inv_{suffix}")
        except MalformedIdError:
            return
        assert str(read) == f"inv_{suffix}"
