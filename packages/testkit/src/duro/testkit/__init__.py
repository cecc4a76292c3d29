"""What a test of Duro needs: servers, databases, clocks, builders and processes."""

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
from duro.testkit.embedded_servers import EmbeddedServers
from duro.testkit.mail_answer import MailAnswer
from duro.testkit.mail_sink import MailSink
from duro.testkit.process_runner import ProcessRunner
from duro.testkit.running_service import RunningService, ServiceEndedError
from duro.testkit.service_command import ServiceCommand
from duro.testkit.stage import Stage
from duro.testkit.staged_merchant import StagedMerchant
from duro.testkit.stepping_clock import ClockGoesBackError, SteppingClock

__all__ = [
    "ApiKeyBuilder",
    "ArrivedLetter",
    "ClockGoesBackError",
    "ClonedDatabase",
    "CustomerBuilder",
    "DatabaseTemplate",
    "Deadline",
    "DeadlineMissedError",
    "EmbeddedServers",
    "MailAnswer",
    "MailSink",
    "PaymentMethodBuilder",
    "PlanBuilder",
    "ProcessRunner",
    "RunningService",
    "ServiceCommand",
    "ServiceEndedError",
    "Stage",
    "StagedMerchant",
    "SteppingClock",
    "SubscriptionBuilder",
    "TenantBuilder",
]
