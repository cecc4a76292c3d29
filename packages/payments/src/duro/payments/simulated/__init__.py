"""The simulated provider: listed test numbers, one issuer, and a ledger of what it really took."""

from duro.payments.simulated.answers import Answered, Broken, ChargeAnswer, RefundAnswer, RefundAnswered, Silent
from duro.payments.simulated.approvals.desk import ApprovalDesk
from duro.payments.simulated.approvals.entry import ApprovalEntry, PayerAnswer
from duro.payments.simulated.card_desk import CardDesk
from duro.payments.simulated.cards import Delivery, SimulatedCard
from duro.payments.simulated.dictations import DictationEntry
from duro.payments.simulated.dispute_desk import DisputeDesk, DisputeState, SimulatedDispute
from duro.payments.simulated.entries import ChargeEntry, ChargeStatus, RefundEntry, RefundStatus
from duro.payments.simulated.faults import FaultPlan
from duro.payments.simulated.fees import SimulatedFee, SimulatedFees
from duro.payments.simulated.gateway import SimulatedGateway
from duro.payments.simulated.http_gateway import HttpSimulatedGateway
from duro.payments.simulated.issuer import SimulatedIssuer
from duro.payments.simulated.ledger import ChargePage, IssuerLedger, RefundPage
from duro.payments.simulated.memory_ledger import InMemoryIssuerLedger
from duro.payments.simulated.presentment import GivenBack, Presented, Presentment, RefundOrder
from duro.payments.simulated.provider import SimulatedProvider
from duro.payments.simulated.rails.bank_accounts import SimulatedBankAccount
from duro.payments.simulated.rails.entries import AccountEntry, ArrivalEntry, MandateEntry, RequestEntry, RequestState
from duro.payments.simulated.rails.http_mandates import HttpSimulatedMandates
from duro.payments.simulated.rails.http_payment_requests import HttpSimulatedPaymentRequests
from duro.payments.simulated.rails.mandate_bank import SimulatedMandateBank
from duro.payments.simulated.rails.mandates import SimulatedMandates
from duro.payments.simulated.rails.page import RailLedger, RailPage
from duro.payments.simulated.rails.payers import PayerOrder, SimulatedPayer
from duro.payments.simulated.rails.payment_requests import SimulatedPaymentRequests
from duro.payments.simulated.rails.push_bank import SimulatedPushBank
from duro.payments.simulated.shelf import Shelf, ShelfEntry, ShelfMark
from duro.payments.simulated.webhooks.courier import NoticeReceiver, WebhookCourier
from duro.payments.simulated.webhooks.deliveries import DeliveryStatus, NoticeDelivery, RetryPlan
from duro.payments.simulated.webhooks.inbound import SimulatedInboundWebhooks
from duro.payments.simulated.webhooks.plan import NoticePlan
from duro.payments.simulated.webhooks.reader import SimulatedNoticeReader
from duro.payments.simulated.webhooks.seal import WebhookSeal

__all__ = [
    "AccountEntry",
    "Answered",
    "ApprovalDesk",
    "ApprovalEntry",
    "ArrivalEntry",
    "Broken",
    "CardDesk",
    "ChargeAnswer",
    "ChargeEntry",
    "ChargePage",
    "ChargeStatus",
    "Delivery",
    "DeliveryStatus",
    "DictationEntry",
    "DisputeDesk",
    "DisputeState",
    "FaultPlan",
    "GivenBack",
    "HttpSimulatedGateway",
    "HttpSimulatedMandates",
    "HttpSimulatedPaymentRequests",
    "InMemoryIssuerLedger",
    "IssuerLedger",
    "MandateEntry",
    "NoticeDelivery",
    "NoticePlan",
    "NoticeReceiver",
    "PayerAnswer",
    "PayerOrder",
    "Presented",
    "Presentment",
    "RailLedger",
    "RailPage",
    "RefundAnswer",
    "RefundAnswered",
    "RefundEntry",
    "RefundOrder",
    "RefundPage",
    "RefundStatus",
    "RequestEntry",
    "RequestState",
    "RetryPlan",
    "Shelf",
    "ShelfEntry",
    "ShelfMark",
    "Silent",
    "SimulatedBankAccount",
    "SimulatedCard",
    "SimulatedDispute",
    "SimulatedFee",
    "SimulatedFees",
    "SimulatedGateway",
    "SimulatedInboundWebhooks",
    "SimulatedIssuer",
    "SimulatedMandateBank",
    "SimulatedMandates",
    "SimulatedNoticeReader",
    "SimulatedPayer",
    "SimulatedPaymentRequests",
    "SimulatedProvider",
    "SimulatedPushBank",
    "WebhookCourier",
    "WebhookSeal",
]
