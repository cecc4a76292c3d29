import hmac
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from whenever import Instant, TimeDelta

from duro.billing.recovery import Rail
from duro.kernel import Currency, FrozenClock, Money
from duro.payments import (
    BadSignature,
    ChargeFailed,
    ChargeSucceeded,
    DisputeClosed,
    DisputeOpened,
    Malformed,
    MandateActivated,
    MandateRevoked,
    MoneyReceived,
    OtherNotice,
    RefundFailed,
    RefundSucceeded,
    SimulatedInboundWebhooks,
    VerifiedNotices,
)
from duro.payments.simulated import WebhookSeal
from duro.payments.simulated.webhooks.notice_text import NoticeText

NOW = Instant.from_utc(2026, 11, 25, 12)
SECRET = "the provider's"
AMOUNT = Money(500_000, Currency("NGN"))
RECEIVED = MoneyReceived("evt-1", "ref-1", "9900000001", "psh-1", AMOUNT, Rail.TRANSFER, NOW)
NOTICES = [
    RECEIVED,
    MoneyReceived("evt-2", None, "9900000001", "psh-2", AMOUNT, Rail.VIRTUAL_ACCOUNT, NOW),
    MoneyReceived("evt-3", "ref-1", None, "psh-3", AMOUNT, Rail.USSD, NOW),
    ChargeSucceeded("evt-4", "ref-4", "chg-4", AMOUNT, Rail.CARD, NOW),
    ChargeFailed("evt-5", "ref-5", "chg-5", Money(-1, AMOUNT.currency), Rail.DIRECT_DEBIT, NOW, "13", "Invalid amount"),
    MoneyReceived("evt-11", "ref-1", None, "psh-11", AMOUNT, Rail.USSD, NOW, Money(17_500, AMOUNT.currency)),
    ChargeSucceeded("evt-12", "ref-4", "chg-12", AMOUNT, Rail.CARD, NOW, Money(0, AMOUNT.currency)),
    MandateActivated("evt-6", "ref-6", "mdt_sim_ref-6", NOW),
    MandateRevoked("evt-7", "ref-7", "mdt_sim_ref-7", NOW),
    RefundSucceeded("evt-8", "ref-8", "ref-4", "rfd-8", AMOUNT, NOW),
    RefundFailed("evt-9", "ref-9", "ref-4", "rfd-9", Money(0, AMOUNT.currency), NOW, "invalid_amount", "Nothing"),
    DisputeOpened("evt-13", "ref-4", "dsp-1", AMOUNT, NOW, "not_recognized"),
    DisputeClosed("evt-14", "ref-4", "dsp-1", AMOUNT, NOW, is_won=True),
    DisputeClosed("evt-15", "ref-4", "dsp-1", AMOUNT, NOW, is_won=False),
    OtherNotice("evt-10", "settlement.paid"),
]
BODY = NoticeText.write(RECEIVED).encode()


def inbound(*secrets, now=NOW):
    return SimulatedInboundWebhooks(secrets or (SECRET,), clock=FrozenClock(now))


def signed(body, *, secret=SECRET, at=NOW):
    return WebhookSeal(secret).headers(body, at=at)


def changed(**fields):
    return json.dumps(json.loads(BODY) | fields).encode()


class TestSimulatedInboundWebhooks:
    @pytest.mark.parametrize("notice", NOTICES)
    def test_read_every_notice_as_it_was_told(self, notice):
        body = NoticeText.write(notice).encode()
        assert inbound().verify(signed(body), body) == VerifiedNotices((notice,))

    @pytest.mark.parametrize("fee", [-1, AMOUNT.amount + 1, 1.5, "5", True, None, {}, [5], 10**30])
    @pytest.mark.parametrize("notice", [RECEIVED, NOTICES[3]])
    def test_take_the_money_for_what_it_is_whatever_the_fee_is_said_to_be(self, notice, fee):
        body = json.dumps(json.loads(NoticeText.write(notice)) | {"fee": fee}).encode()
        assert inbound().verify(signed(body), body) == VerifiedNotices((notice,))

    def test_know_the_signature_by_its_definition(self):
        second = NOW.timestamp(unit="second")
        mark = hmac.new(SECRET.encode(), f"{second}.".encode() + BODY, "sha512").hexdigest()
        assert inbound().verify({"Simulated-Signature": f"t={second},v1={mark}"}, BODY) == VerifiedNotices((RECEIVED,))

    @pytest.mark.parametrize("name", ["simulated-signature", "Simulated-Signature", "SIMULATED-SIGNATURE"])
    def test_find_the_signature_whatever_the_case_of_its_name(self, name):
        (value,) = [value for key, value in signed(BODY).items() if key == "simulated-signature"]
        assert isinstance(inbound().verify({name: value}, BODY), VerifiedNotices)

    @pytest.mark.parametrize("place", range(0, len(BODY), 7))
    def test_refuse_a_body_that_was_changed_anywhere(self, place):
        tampered = BODY[:place] + bytes([BODY[place] ^ 1]) + BODY[place + 1 :]
        assert isinstance(inbound().verify(signed(BODY), tampered), BadSignature)

    def test_refuse_another_secret(self):
        assert isinstance(inbound().verify(signed(BODY, secret="a forger's"), BODY), BadSignature)

    def test_refuse_a_signature_moved_to_another_time(self):
        headers = signed(BODY)
        headers["simulated-signature"] = headers["simulated-signature"].replace("t=1", "t=2")
        assert isinstance(inbound().verify(headers, BODY), BadSignature)

    @pytest.mark.parametrize(("seconds", "is_taken"), [(300, True), (301, False), (-300, True), (-301, False)])
    def test_refuse_what_was_signed_more_than_five_minutes_before_or_after_now(self, seconds, is_taken):
        at = NOW - TimeDelta(seconds=seconds)
        assert isinstance(inbound().verify(signed(BODY, at=at), BODY), VerifiedNotices) is is_taken

    def test_take_either_secret_while_one_is_being_replaced(self):
        both = inbound("new", "old")
        assert isinstance(both.verify(signed(BODY, secret="new"), BODY), VerifiedNotices)
        assert isinstance(both.verify(signed(BODY, secret="old"), BODY), VerifiedNotices)
        assert isinstance(both.verify(signed(BODY, secret="older"), BODY), BadSignature)

    def test_take_a_header_that_was_signed_with_both_secrets(self):
        value = ",".join(
            [signed(BODY, secret="x")["simulated-signature"], signed(BODY)["simulated-signature"].split(",")[1]]
        )
        assert isinstance(inbound().verify({"simulated-signature": value}, BODY), VerifiedNotices)

    @pytest.mark.parametrize(
        "value",
        [
            "",
            "t=1764072000",
            "v1=00",
            "t=,v1=00",
            "t=-5,v1=00",
            "t=1e9,v1=00",
            "t=١٢,v1=00",
            "t=1,t=1,v1=00",
            f"t={'9' * 400},v1=00",
            "t=1764072000,v1=\udcff",
            "," * 999,
            "x" * 100_000,
        ],
    )
    def test_refuse_a_header_that_is_no_signature(self, value):
        assert isinstance(inbound().verify({"simulated-signature": value}, BODY), BadSignature)

    def test_refuse_no_signature_and_two(self):
        assert isinstance(inbound().verify({}, BODY), BadSignature)
        twice = {"simulated-signature": signed(BODY)["simulated-signature"]}
        assert isinstance(inbound().verify({**twice, "Simulated-Signature": "t=1,v1=0"}, BODY), BadSignature)

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"{}",
            b"[]",
            b"null",
            b"<html>",
            b"\xff\xfe",
            b'{"id":"evt-1"',
            b'{"id":1,"type":"money.received"}',
            b'{"id":"","type":"money.received"}',
            b'{"id":"evt-1","type":"money.received"}',
            b'{"id":"\\ud800","type":"other"}',
            b'{"x":' + b"[" * 60_000,
            changed(amount=0),
            changed(amount=-5),
            changed(amount=5.5),
            changed(amount="500"),
            changed(amount=10**30),
            changed(currency="QQQ"),
            changed(currency=None),
            changed(rail="pigeon"),
            changed(at="yesterday"),
            changed(at=5),
            changed(providerReference=""),
            changed(providerReference="a\0b"),
            changed(providerReference=None),
            changed(id="e" * 201),
        ],
    )
    def test_keep_apart_what_is_signed_and_cannot_be_read(self, body):
        assert isinstance(inbound().verify(signed(body), body), Malformed)

    def test_read_past_fields_that_are_new(self):
        body = changed(colour=100)
        assert inbound().verify(signed(body), body) == VerifiedNotices((RECEIVED,))

    def test_read_no_more_than_anybody_should_send(self):
        body = b'{"id":"evt-1","type":"other","x":"' + b"x" * 65_536 + b'"}'
        assert isinstance(inbound().verify(signed(body), body), BadSignature)

    @given(st.dictionaries(st.sampled_from(["simulated-signature", "x"]), st.text()), st.binary())
    def test_raise_for_nothing_that_anybody_can_send(self, headers, body):
        assert isinstance(inbound().verify(headers, body), BadSignature)

    @given(
        st.binary()
        | st.text().map(str.encode)
        | st.recursive(st.none() | st.text(), st.lists).map(json.dumps).map(str.encode)
    )
    def test_raise_for_nothing_that_is_signed(self, body):
        assert isinstance(inbound().verify(signed(body), body), Malformed)

    @pytest.mark.parametrize("secrets", [(), ("",), (SECRET, "")])
    def test_need_a_secret(self, secrets):
        with pytest.raises(ValueError, match="secret"):
            SimulatedInboundWebhooks(secrets, clock=FrozenClock(NOW))

    def test_never_show_a_secret(self):
        assert SECRET not in repr(WebhookSeal(SECRET))
