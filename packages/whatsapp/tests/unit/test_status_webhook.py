import pytest
from whenever import Instant

from duro.billing.messages import Deferred, Refused, Trouble
from duro.kernel import ErrorKind
from duro.testkit import AcceptedMessage, SignedNotice
from duro.whatsapp import (
    ForgedNoticeError,
    MessageStatus,
    PayerWish,
    Progress,
    StatusWebhook,
    UnreadableNoticeError,
    WhatsAppNotice,
    Wish,
)
from duro.whatsapp.send_wire import SendBody

SECRET = "app_secret_example"
AT = Instant.from_utc(2026, 3, 31, 9)
WEBHOOK = StatusWebhook(app_secret=SECRET, verify_token="our word")


@pytest.fixture
def accepted(message):
    return AcceptedMessage("wamid.1", SendBody.of(message()))


class TestStatusWebhook:
    @pytest.mark.parametrize("progress", [Progress.SENT, Progress.DELIVERED, Progress.READ])
    def test_tells_how_far_a_message_got(self, accepted, progress):
        notice = SignedNotice.of_status(accepted, progress.value, at=AT, secret=SECRET)
        assert WEBHOOK.read(notice.body, signature=notice.signature).statuses == (
            MessageStatus(provider_id="wamid.1", reference="01jq3yd4c8f9sr7nq2v0m5k6ab", progress=progress, at=AT),
        )
        assert progress.has_arrived is (progress is not Progress.SENT)

    @pytest.mark.parametrize(
        ("code", "kind", "trouble"),
        [
            (131026, Refused, Trouble.RECIPIENT),
            (131049, Refused, Trouble.RECIPIENT),
            (131056, Deferred, Trouble.LIMIT),
            (987654, Refused, Trouble.RECIPIENT),
            (None, Refused, Trouble.RECIPIENT),
        ],
    )
    def test_tells_why_a_message_failed(self, accepted, code, kind, trouble):
        notice = SignedNotice.of_status(accepted, "failed", at=AT, secret=SECRET, code=code)
        [status] = WEBHOOK.read(notice.body, signature=notice.signature).statuses
        assert isinstance(status.failure, kind)
        assert (status.failure.trouble, status.failure.code) == (trouble, str(code) if code else "unnamed")
        assert not status.progress.has_arrived

    def test_checks_the_signature_over_the_bytes_as_they_came(self):
        body = b'{"object":"whatsapp_business_account","entry":[]}'
        signature = "sha256=6eb10e0bc4192e9206e3de93178e66ea9eb262e9ea07bb66abdc83dcf8d3abf3"
        assert WEBHOOK.read(body, signature=signature) == WhatsAppNotice()
        with pytest.raises(ForgedNoticeError):
            WEBHOOK.read(body + b" ", signature=signature)

    @pytest.mark.parametrize("signature", [None, "", "sha256=", "6eb1", "sha256=" + "0" * 64, "sha1=0", "é", "\udcff"])
    def test_refuses_another_signature(self, signature):
        with pytest.raises(ForgedNoticeError) as refusal:
            WEBHOOK.read(b'{"object":"whatsapp_business_account","entry":[]}', signature=signature)
        assert refusal.value.kind is ErrorKind.FORBIDDEN

    @pytest.mark.parametrize(
        "notice",
        [
            [],
            "x",
            {"entry": []},
            {"object": "a", "entry": [{"changes": [{"field": "messages", "value": {"statuses": [{}]}}]}]},
            *(
                {
                    "object": "a",
                    "entry": [
                        {
                            "changes": [
                                {
                                    "field": "messages",
                                    "value": {"statuses": [{"id": "w", "status": "sent", "timestamp": timestamp}]},
                                }
                            ]
                        }
                    ],
                }
                for timestamp in ("", "soon", "9" * 30, "-" + "9" * 12)
            ),
        ],
    )
    def test_says_what_it_can_not_read(self, notice):
        signed = SignedNotice.signed(notice, secret=SECRET)
        assert WEBHOOK.read(signed.body, signature=signed.signature) == WhatsAppNotice(unread=1)

    def test_reads_all_the_rest_beside_it(self):
        good = {"id": "w", "status": "read", "timestamp": "1"}
        changes = [
            {"field": "messages", "value": {"statuses": [{}, good, {**good, "timestamp": "soon"}]}},
            {"field": "messages", "value": 1},
            {"field": "messages", "value": {"messages": [{"from": "x", "text": {"body": "stop"}}]}},
            {"field": "messages", "value": {"statuses": [good]}},
        ]
        signed = SignedNotice.signed({"object": "a", "entry": [{"id": "1", "changes": changes}]}, secret=SECRET)
        notice = WEBHOOK.read(signed.body, signature=signed.signature)
        assert ([status.provider_id for status in notice.statuses], notice.wishes, notice.unread) == (["w", "w"], (), 4)

    @pytest.mark.parametrize(
        ("words", "wish"),
        [
            ("STOP", Wish.STOP),
            (" Stop. ", Wish.STOP),
            ("stop  all", Wish.STOP),
            ("Unsubscribe", Wish.STOP),
            ("START", Wish.START),
            ("unstop", Wish.START),
            ("Please stop asking", None),
            ("", None),
        ],
    )
    @pytest.mark.parametrize("kind", ["text", "button"])
    def test_hears_what_people_wish(self, kind, words, wish):
        said = {"text": {"body": words}} if kind == "text" else {"button": {"text": words}}
        written = {"from": "2348031234567", "id": "wamid.2", "timestamp": "1", "type": kind, **said}
        change = {"field": "messages", "value": {"contacts": [], "messages": [written]}}
        signed = SignedNotice.signed({"object": "a", "entry": [{"id": "1", "changes": [change]}]}, secret=SECRET)
        notice = WEBHOOK.read(signed.body, signature=signed.signature)
        assert notice == WhatsAppNotice(wishes=() if wish is None else (PayerWish("+2348031234567", wish),))

    def test_reads_no_more_than_meta_sends(self):
        with pytest.raises(UnreadableNoticeError):
            WEBHOOK.read(b" " * (3 * 1024 * 1024 + 1), signature=None)

    def test_passes_over_other_news(self):
        changes = [
            {"field": "account_update", "value": {"event": "x"}},
            {"field": "messages", "value": {"messages": [{"id": "w", "from": "2348031234567"}]}},
            {"field": "messages", "value": {"statuses": [{"id": "w", "status": "played", "timestamp": "1"}]}},
        ]
        signed = SignedNotice.signed({"object": "a", "entry": [{"id": "1", "changes": changes}]}, secret=SECRET)
        assert WEBHOOK.read(signed.body, signature=signed.signature) == WhatsAppNotice()

    @pytest.mark.parametrize(
        ("mode", "token", "answer"),
        [
            ("subscribe", "our word", "1158201444"),
            ("subscribe", "their word", None),
            ("subscribe", "", None),
            ("subscribe", "\ud800", None),
            ("unsubscribe", "our word", None),
        ],
    )
    def test_answers_a_challenge_of_who_knows_our_word(self, mode, token, answer):
        assert WEBHOOK.challenge(mode=mode, verify_token=token, challenge="1158201444") == answer
