from typing import Final, TypeAlias, assert_never, final

from msgspec import Struct

from duro.payments.notices import (
    ChargeFailed,
    ChargeSucceeded,
    DisputeClosed,
    DisputeOpened,
    MandateActivated,
    MandateRevoked,
    MoneyReceived,
    Notice,
    OtherNotice,
    RefundFailed,
    RefundSucceeded,
)
from duro.payments.simulated.json_text import JsonText
from duro.payments.simulated.webhooks.charge_bodies import ChargeFailedBody, ChargeSucceededBody
from duro.payments.simulated.webhooks.dispute_bodies import DisputeClosedBody, DisputeOpenedBody
from duro.payments.simulated.webhooks.rail_bodies import MandateActivatedBody, MandateRevokedBody, MoneyReceivedBody
from duro.payments.simulated.webhooks.refund_bodies import RefundFailedBody, RefundSucceededBody
from duro.payments.simulated.wire_types import WireName


class NoticeHead(Struct, frozen=True, kw_only=True):
    """What every notice of the simulated provider begins with."""

    id: WireName
    type: WireName


Body: TypeAlias = (
    ChargeSucceededBody
    | ChargeFailedBody
    | MoneyReceivedBody
    | MandateActivatedBody
    | MandateRevokedBody
    | RefundSucceededBody
    | RefundFailedBody
    | DisputeOpenedBody
    | DisputeClosedBody
)
_BODIES: Final[dict[str, type[Body]]] = {
    "charge.succeeded": ChargeSucceededBody,
    "charge.failed": ChargeFailedBody,
    "money.received": MoneyReceivedBody,
    "mandate.activated": MandateActivatedBody,
    "mandate.revoked": MandateRevokedBody,
    "refund.succeeded": RefundSucceededBody,
    "refund.failed": RefundFailedBody,
    "dispute.opened": DisputeOpenedBody,
    "dispute.closed": DisputeClosedBody,
}


@final
class NoticeText:
    """How the simulated provider writes what it tells."""

    @classmethod
    def write(cls, notice: Notice) -> str:
        return JsonText.write(cls._body(notice)).decode()

    @staticmethod
    def read(text: bytes) -> Notice:
        """Raise msgspec.DecodeError, UnicodeDecodeError, RecursionError or ValueError where it tells nothing."""
        head = JsonText.read(text, NoticeHead)
        shape = _BODIES.get(head.type)
        return OtherNotice(head.id, head.type) if shape is None else JsonText.read(text, shape).notice

    @staticmethod
    def _body(notice: Notice) -> Body | NoticeHead:
        body: Body | NoticeHead
        match notice:
            case ChargeSucceeded():
                body = ChargeSucceededBody.of(notice)
            case ChargeFailed():
                body = ChargeFailedBody.of(notice)
            case MoneyReceived():
                body = MoneyReceivedBody.of(notice)
            case MandateActivated():
                body = MandateActivatedBody.of(notice)
            case MandateRevoked():
                body = MandateRevokedBody.of(notice)
            case RefundSucceeded():
                body = RefundSucceededBody.of(notice)
            case RefundFailed():
                body = RefundFailedBody.of(notice)
            case DisputeOpened() | DisputeClosed():
                body = NoticeText._dispute(notice)
            case OtherNotice():
                body = NoticeHead(id=notice.event_id, type=notice.kind)
            case _:
                assert_never(notice)
        return body

    @staticmethod
    def _dispute(notice: DisputeOpened | DisputeClosed) -> Body:
        if isinstance(notice, DisputeOpened):
            return DisputeOpenedBody.of(notice)
        return DisputeClosedBody.of(notice)
