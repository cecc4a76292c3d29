from typing import final

from duro.db.analytics import AnalyticsRepository
from duro.db.api_keys import ApiKeyRepository
from duro.db.attempts import AttemptRepository
from duro.db.card_tries import CardTryRepository
from duro.db.credit import CreditRepository
from duro.db.customers import CustomerRepository
from duro.db.disputes import DisputeRepository
from duro.db.dunning import DunningRepository
from duro.db.events import EventRepository
from duro.db.idempotency import IdempotencyRepository
from duro.db.incoming_payments import IncomingPaymentRepository
from duro.db.invoices import InvoiceRepository
from duro.db.journals import LedgerRepository
from duro.db.message_templates import MessageTemplateRepository
from duro.db.messages import MessageRepository
from duro.db.nudges import NudgeRepository
from duro.db.payday_profiles import PaydayProfileRepository
from duro.db.payment_methods import PaymentMethodRepository
from duro.db.payment_requests import PaymentRequestRepository
from duro.db.pending_lines import PendingLineRepository
from duro.db.plans import PlanRepository
from duro.db.promo_codes import PromoCodeRepository
from duro.db.recovery import RecoveryRepository
from duro.db.recovery_settings import RecoverySettingsRepository
from duro.db.refunds import RefundRepository
from duro.db.reminders import ReminderRepository
from duro.db.renewals import RenewalRepository
from duro.db.reviews import ReviewRepository
from duro.db.session import TenantSession
from duro.db.subscriptions import SubscriptionRepository
from duro.db.tenants import TenantRepository
from duro.db.test_clocks import TestClockRepository
from duro.db.whatsapp_refusals import WhatsAppRefusalRepository
from duro.kernel import Clock, DomainError, ErrorKind, Mode


@final
class TestModeOnlyError(DomainError):
    """Something was asked of live mode that only test mode has."""

    def __init__(self) -> None:
        super().__init__("test_mode_only", ErrorKind.NOT_FOUND, "Test clocks exist in test mode alone.")


@final
class Repositories:
    """Everything one tenant has in one mode, inside one transaction."""

    def __init__(self, session: TenantSession) -> None:
        self.session = session

    def stand_on(self, clock: Clock) -> None:
        """Let another clock date what this transaction writes from here on."""
        self.session.clock = clock

    @property
    def tenants(self) -> TenantRepository:
        return TenantRepository(self.session)

    @property
    def api_keys(self) -> ApiKeyRepository:
        return ApiKeyRepository(self.session)

    @property
    def plans(self) -> PlanRepository:
        return PlanRepository(self.session)

    @property
    def promo_codes(self) -> PromoCodeRepository:
        return PromoCodeRepository(self.session)

    @property
    def customers(self) -> CustomerRepository:
        return CustomerRepository(self.session)

    @property
    def payment_methods(self) -> PaymentMethodRepository:
        return PaymentMethodRepository(self.session)

    @property
    def subscriptions(self) -> SubscriptionRepository:
        return SubscriptionRepository(self.session)

    @property
    def invoices(self) -> InvoiceRepository:
        return InvoiceRepository(self.session)

    @property
    def attempts(self) -> AttemptRepository:
        return AttemptRepository(self.session)

    @property
    def reviews(self) -> ReviewRepository:
        return ReviewRepository(self.session)

    @property
    def pending_lines(self) -> PendingLineRepository:
        return PendingLineRepository(self.session)

    @property
    def recovery(self) -> RecoveryRepository:
        return RecoveryRepository(self.session)

    @property
    def recovery_settings(self) -> RecoverySettingsRepository:
        return RecoverySettingsRepository(self.session)

    @property
    def analytics(self) -> AnalyticsRepository:
        return AnalyticsRepository(self.session)

    @property
    def payday_profiles(self) -> PaydayProfileRepository:
        return PaydayProfileRepository(self.session)

    @property
    def card_tries(self) -> CardTryRepository:
        return CardTryRepository(self.session)

    @property
    def refunds(self) -> RefundRepository:
        return RefundRepository(self.session)

    @property
    def disputes(self) -> DisputeRepository:
        return DisputeRepository(self.session)

    @property
    def payment_requests(self) -> PaymentRequestRepository:
        return PaymentRequestRepository(self.session)

    @property
    def incoming_payments(self) -> IncomingPaymentRepository:
        return IncomingPaymentRepository(self.session)

    @property
    def credit(self) -> CreditRepository:
        return CreditRepository(self.session)

    @property
    def dunning(self) -> DunningRepository:
        return DunningRepository(self.session)

    @property
    def messages(self) -> MessageRepository:
        return MessageRepository(self.session)

    @property
    def message_templates(self) -> MessageTemplateRepository:
        return MessageTemplateRepository(self.session)

    @property
    def reminders(self) -> ReminderRepository:
        return ReminderRepository(self.session)

    @property
    def nudges(self) -> NudgeRepository:
        return NudgeRepository(self.session)

    @property
    def whatsapp_refusals(self) -> WhatsAppRefusalRepository:
        return WhatsAppRefusalRepository(self.session)

    @property
    def events(self) -> EventRepository:
        return EventRepository(self.session)

    @property
    def idempotency(self) -> IdempotencyRepository:
        return IdempotencyRepository(self.session)

    @property
    def ledger(self) -> LedgerRepository:
        return LedgerRepository(self.session)

    @property
    def test_clocks(self) -> TestClockRepository:
        """Raise TestModeOnlyError in live mode, where time can't be moved."""
        if self.session.mode is Mode.LIVE:
            raise TestModeOnlyError
        return TestClockRepository(self.session)

    @property
    def renewals(self) -> RenewalRepository:
        return RenewalRepository(self.session)
