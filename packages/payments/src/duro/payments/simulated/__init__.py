"""The simulated provider: listed test numbers, one issuer, and a ledger of what it really took."""

from duro.payments.simulated.answers import Answered, Broken, ChargeAnswer, RefundAnswer, RefundAnswered, Silent
from duro.payments.simulated.cards import Delivery, SimulatedCard
from duro.payments.simulated.entries import ChargeEntry, ChargeStatus, RefundEntry, RefundStatus
from duro.payments.simulated.faults import FaultPlan
from duro.payments.simulated.gateway import SimulatedGateway
from duro.payments.simulated.http_gateway import HttpSimulatedGateway
from duro.payments.simulated.issuer import SimulatedIssuer
from duro.payments.simulated.ledger import ChargePage, IssuerLedger, RefundPage
from duro.payments.simulated.memory_ledger import InMemoryIssuerLedger
from duro.payments.simulated.presentment import GivenBack, Presented, Presentment, RefundOrder

__all__ = [
    "Answered",
    "Broken",
    "ChargeAnswer",
    "ChargeEntry",
    "ChargePage",
    "ChargeStatus",
    "Delivery",
    "FaultPlan",
    "GivenBack",
    "HttpSimulatedGateway",
    "InMemoryIssuerLedger",
    "IssuerLedger",
    "Presented",
    "Presentment",
    "RefundAnswer",
    "RefundAnswered",
    "RefundEntry",
    "RefundOrder",
    "RefundPage",
    "RefundStatus",
    "Silent",
    "SimulatedCard",
    "SimulatedGateway",
    "SimulatedIssuer",
]
