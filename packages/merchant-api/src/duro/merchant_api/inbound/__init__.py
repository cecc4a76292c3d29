"""What payment providers tell by themselves: believed once it is verified, acted on once, and never lost."""

from duro.merchant_api.inbound.act_again import ActAgain
from duro.merchant_api.inbound.charge_notices import ChargeNotices
from duro.merchant_api.inbound.dispute_notices import DisputeNotices
from duro.merchant_api.inbound.doubt import Doubt
from duro.merchant_api.inbound.inbound_notices import InboundNotices
from duro.merchant_api.inbound.listeners import MandateListener, MoneyListener
from duro.merchant_api.inbound.mandate_notices import MandateNotices
from duro.merchant_api.inbound.mode_notices import ModeNotices
from duro.merchant_api.inbound.money_notices import MoneyNotices
from duro.merchant_api.inbound.notice_desk import NoticeDesk
from duro.merchant_api.inbound.refund_notices import RefundNotices
from duro.merchant_api.inbound.take_kept_money import TakeKeptMoney

__all__ = [
    "ActAgain",
    "ChargeNotices",
    "DisputeNotices",
    "Doubt",
    "InboundNotices",
    "MandateListener",
    "MandateNotices",
    "ModeNotices",
    "MoneyListener",
    "MoneyNotices",
    "NoticeDesk",
    "RefundNotices",
    "TakeKeptMoney",
]
