import pytest

from duro.http_kit.json_document import JsonDocument
from duro.http_kit.refusals import MalformedJsonError


class TestJsonDocument:
    @pytest.mark.parametrize(
        "text", [b"", b"{", b"\xff", b"NaN", b"[Infinity]", b"-Infinity", b"{'a': 1}", b"\xef\xbb\xbf{}", b"[" * 99_999]
    )
    def test_refuses_what_is_no_json(self, text: bytes):
        with pytest.raises(MalformedJsonError):
            JsonDocument.parse(text)

    def test_reads_an_absurdly_long_integer_as_one_beyond_every_bound(self):
        assert JsonDocument.parse(b"9" * 1_000_000).value == 10**30
        assert JsonDocument.parse(b"-" + b"9" * 1_000_000).value == -(10**30)
        assert JsonDocument.parse(b"9" * 30).value == 10**30 - 1

    def test_lists_every_place_that_holds_what_no_column_can(self):
        document = JsonDocument.parse(rb'{"a": "\u0000", "b": [{"c": "\ud800"}, "fine \ud83d\ude00"], "k\u0000": 1}')
        assert [fault.path for fault in document.faults()] == ["a", "b.0.c", r"'k\x00'"]

    def test_names_the_body_itself_where_it_is_but_a_text(self):
        assert [fault.path for fault in JsonDocument.parse(rb'"\u0000"').faults()] == ["body"]
