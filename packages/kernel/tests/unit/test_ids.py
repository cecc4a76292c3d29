from uuid import UUID

import pytest
from whenever import Instant

from duro.kernel import (
    ApiKeyId,
    CustomerId,
    DunningScheduleId,
    EventId,
    InvoiceId,
    MalformedIdError,
    PaymentAttemptId,
    PaymentMethodId,
    PlanId,
    RefundId,
    SubscriptionId,
    TenantId,
)

VALUE = UUID("01890a5d-ac96-774b-bcce-b302099a8057")
TEXT = "sub_01h455vb4pex5vsknk084sn02q"
PREFIXES = {
    TenantId: "ten",
    ApiKeyId: "key",
    PlanId: "plan",
    CustomerId: "cus",
    PaymentMethodId: "pm",
    SubscriptionId: "sub",
    InvoiceId: "inv",
    PaymentAttemptId: "txn",
    RefundId: "rfd",
    DunningScheduleId: "dun",
    EventId: "evt",
}


class TestAnId:
    def test_says_when_it_was_made_if_its_version_does(self):
        assert SubscriptionId(VALUE).made_at == Instant.from_timestamp(0x01890A5DAC96, unit="millisecond")
        assert SubscriptionId(UUID("01890a5d-ac96-474b-bcce-b302099a8057")).made_at is None

    def test_is_written_as_a_prefix_and_26_characters(self):
        assert str(SubscriptionId(VALUE)) == TEXT
        assert SubscriptionId(VALUE).suffix == TEXT.removeprefix("sub_")

    @pytest.mark.parametrize("kind", PREFIXES)
    def test_is_read_back_as_what_it_was(self, kind):
        assert str(kind(VALUE)).startswith(f"{PREFIXES[kind]}_")
        assert kind.parse(str(kind(VALUE))) == kind(VALUE)
        assert kind.from_suffix(kind(VALUE).suffix) == kind(VALUE)

    @pytest.mark.parametrize("number", [0, 1, (1 << 128) - 1])
    def test_holds_every_uuid(self, number):
        assert PlanId.parse(str(PlanId(UUID(int=number)))).value.int == number

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "sub_",
            "01h455vb4pex5vsknk084sn02q",
            "inv_01h455vb4pex5vsknk084sn02q",
            "_01h455vb4pex5vsknk084sn02q",
            "SUB_01h455vb4pex5vsknk084sn02q",
            "sub_01H455VB4PEX5VSKNK084SN02Q",
            "sub_01h455vb4pex5vsknk084sn02",
            "sub_01h455vb4pex5vsknk084sn02qb",
            "sub_01h455vb4pex5vsknk084sn02u",
            "sub_8zzzzzzzzzzzzzzzzzzzzzzzzz",
            "sub_\u0660\u0660\u0660\u0660\u0660\u0660\u0660\u0660\u0660\u0660\u0660\u0660\u0660\u0660\u0660\u0660\u0660\u0660\u0660\u0660\u0660\u0660\u0660\u0660\u0660\u0660",
        ],
    )
    def test_refuses_any_other_text(self, text):
        with pytest.raises(MalformedIdError, match="sub_") as refused:
            SubscriptionId.parse(text)
        assert refused.value.prefix == "sub"

    def test_is_equal_only_to_its_own_kind(self):
        assert SubscriptionId(VALUE) == SubscriptionId(VALUE)
        assert SubscriptionId(VALUE) != InvoiceId(VALUE)

    def test_sorts_by_the_time_it_was_made(self):
        assert PlanId(UUID(int=1)) < PlanId(UUID(int=2))
        assert str(PlanId(UUID(int=1))) < str(PlanId(UUID(int=2)))
