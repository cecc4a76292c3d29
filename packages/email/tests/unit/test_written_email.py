import pytest

from duro.billing.messages import Trouble
from duro.email import Mailbox
from duro.email.written_email import UnwritableEmailError, WrittenEmail


class TestWrittenEmail:
    def test_is_the_same_to_the_byte_for_the_same_email(self, letter):
        assert WrittenEmail.of(letter()) == WrittenEmail.of(letter())

    def test_carries_its_reference_as_message_id_at_the_senders_domain(self, letter):
        written = WrittenEmail.of(letter())
        assert written.message_id == "<01jq3yd4c8f9sr7nq2v0m5k6ab@shop.example>"
        assert b"Message-ID: <01jq3yd4c8f9sr7nq2v0m5k6ab@shop.example>\r\n" in written.content

    def test_has_lines_that_every_server_takes(self, letter):
        written = WrittenEmail.of(letter(html="<p>" + "₦" * 4_000 + "</p>", subject="é" * 300))
        assert written.content.isascii()
        assert max(map(len, written.content.split(b"\r\n"))) <= 78
        assert b"\n" not in written.content.replace(b"\r\n", b"")

    def test_says_that_no_person_wrote_it_and_whom_to_answer(self, letter):
        email = letter(reply_to=Mailbox("help@shop.example"), headers={"List-Unsubscribe": "<https://a.example/u>"})
        head = WrittenEmail.of(email).content
        assert b"Auto-Submitted: auto-generated\r\n" in head
        assert b"Reply-To: help@shop.example\r\n" in head
        assert b"List-Unsubscribe: <https://a.example/u>\r\n" in head

    def test_writes_a_domain_of_other_letters_in_ascii(self, letter):
        written = WrittenEmail.of(letter(to=Mailbox("ada@bücher.example")))
        assert written.recipient == "ada@xn--bcher-kva.example"

    @pytest.mark.parametrize(
        "address",
        [
            *["", "ngozi", "ngozi@", "@example.com", "a b@example.com", "ngozi@exa mple.com", "a@b@example.com"],
            *["ngozi@example.com\r\nRCPT TO:<x@y>", "ngọzi@example.com", "<a@b.ng>", "a..b@c.ng", "a@example..com"],
            *["a" * 65 + "@example.com", "a@" + "b" * 64 + ".com", "a@\ud800.com"],
        ],
    )
    def test_refuses_an_address_that_can_not_be_one(self, letter, address):
        with pytest.raises(UnwritableEmailError) as refusal:
            WrittenEmail.of(letter(to=Mailbox(address)))
        assert refusal.value.trouble is Trouble.RECIPIENT

    @pytest.mark.parametrize(
        "given",
        [
            {"subject": "Hi\r\nBcc: x@y.ng"},
            {"headers": {"X-Note": "a\r\nBcc: x@y.ng"}},
            {"headers": {"Subject": "twice"}},
            {"text": "\ud800"},
            {"html": "\ud800"},
            {"reference": "a b"},
            {"reference": ""},
            {"reference": "a@b"},
            {"sender": Mailbox("nobody")},
        ],
    )
    def test_refuses_what_would_be_another_letter_than_was_meant(self, letter, given):
        with pytest.raises(UnwritableEmailError) as refusal:
            WrittenEmail.of(letter(**given))
        assert refusal.value.trouble is Trouble.CONTENT

    def test_keeps_a_name_on_one_line(self, letter):
        written = WrittenEmail.of(letter(to=Mailbox("ngozi@example.com", 'Ngozi\r\nBcc: x@y.ng "Okafor"')))
        assert b"\r\nBcc:" not in written.content
        assert b"x@y.ng" in written.content
