"""What a test of Duro needs: servers, databases, clocks, builders and processes."""

from duro.testkit.accepted_message import AcceptedMessage
from duro.testkit.arrived_letter import ArrivedLetter
from duro.testkit.builders import (
    ApiKeyBuilder,
    CustomerBuilder,
    PaymentMethodBuilder,
    PlanBuilder,
    SubscriptionBuilder,
    TenantBuilder,
)
from duro.testkit.cloned_database import ClonedDatabase
from duro.testkit.database_template import DatabaseTemplate
from duro.testkit.deadline import Deadline, DeadlineMissedError
from duro.testkit.declined_renewals import DeclinedRenewals
from duro.testkit.embedded_servers import EmbeddedServers
from duro.testkit.mail_answer import MailAnswer
from duro.testkit.mail_sink import MailSink
from duro.testkit.process_runner import ProcessRunner
from duro.testkit.running_service import RunningService, ServiceEndedError
from duro.testkit.service_command import ServiceCommand
from duro.testkit.signed_notice import SignedNotice
from duro.testkit.stage import Stage
from duro.testkit.staged_merchant import StagedMerchant
from duro.testkit.stepping_clock import ClockGoesBackError, SteppingClock
from duro.testkit.trusted_clock import TrustedClock
from duro.testkit.whatsapp_answer import WhatsAppAnswer
from duro.testkit.whatsapp_simulator import WhatsAppSimulator

__all__ = [
    "AcceptedMessage",
    "ApiKeyBuilder",
    "ArrivedLetter",
    "ClockGoesBackError",
    "ClonedDatabase",
    "CustomerBuilder",
    "DatabaseTemplate",
    "Deadline",
    "DeadlineMissedError",
    "DeclinedRenewals",
    "EmbeddedServers",
    "MailAnswer",
    "MailSink",
    "PaymentMethodBuilder",
    "PlanBuilder",
    "ProcessRunner",
    "RunningService",
    "ServiceCommand",
    "ServiceEndedError",
    "SignedNotice",
    "Stage",
    "StagedMerchant",
    "SteppingClock",
    "SubscriptionBuilder",
    "TenantBuilder",
    "TrustedClock",
    "WhatsAppAnswer",
    "WhatsAppSimulator",
]
