"""Renewals: the walk from due to charged, and everything that finishes one that was interrupted."""

from duro.merchant_api.billing.billing_service import BillingService
from duro.merchant_api.billing.ended_subscriptions import EndedSubscriptions
from duro.merchant_api.billing.event_records import EventRecords
from duro.merchant_api.billing.gateways import GatewayRegistry, SimulatedGatewayInLiveError, UnknownGatewayError
from duro.merchant_api.billing.incomplete_service import FIRST_PAYMENT_WITHIN, IncompleteService
from duro.merchant_api.billing.outcomes import Renewal, RenewalOutcome
from duro.merchant_api.billing.pending_service import PendingService
from duro.merchant_api.billing.refund_service import RefundService

__all__ = [
    "FIRST_PAYMENT_WITHIN",
    "BillingService",
    "EndedSubscriptions",
    "EventRecords",
    "GatewayRegistry",
    "IncompleteService",
    "PendingService",
    "RefundService",
    "Renewal",
    "RenewalOutcome",
    "SimulatedGatewayInLiveError",
    "UnknownGatewayError",
]
