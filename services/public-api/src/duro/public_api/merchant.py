from dataclasses import dataclass
from typing import final

from whenever import TimeDelta

from duro.db import RepositoryContexts
from duro.email import TemplateRenderer
from duro.kernel import Clock, IdFactory
from duro.merchant_api.analytics import ReadAnalytics
from duro.merchant_api.billing import GatewayRegistry, RefundService
from duro.merchant_api.billing.checks_clock import ChecksClock
from duro.merchant_api.billing.collection import Collection
from duro.merchant_api.credit import GetCredit, GrantCredit
from duro.merchant_api.customers import CreateCustomer, GetCustomer, GetCustomerByRef, ListCustomers, UpdateCustomer
from duro.merchant_api.documents import InvoicePrinter
from duro.merchant_api.events import GetEvent, ListEvents
from duro.merchant_api.invoices import (
    GetInvoice,
    ListInvoices,
    MarkInvoiceUncollectible,
    PayInvoice,
    PrintInvoice,
    VoidInvoice,
)
from duro.merchant_api.messages import GetMessage, ListMessages
from duro.merchant_api.payment_methods import CardKeys
from duro.merchant_api.plans import ArchivePlan, CreatePlan, UpdatePlan
from duro.merchant_api.refunds import CancelRefund, GetRefund, ListRefunds, RefundInvoice, RetryRefund
from duro.merchant_api.subscriptions import (
    CancelSubscription,
    GetSubscription,
    ListSubscriptions,
    RenewsSubscriptions,
    StartSubscription,
)
from duro.merchant_api.test_clocks import AdvanceTestClock, CreateTestClock, DueWork, GetTestClock, ListTestClocks
from duro.merchant_api.transactions import GetTransaction, ListTransactions
from duro.public_api.message_templates.acts import MessageTemplateActs
from duro.public_api.payment_methods.acts import PaymentMethodActs
from duro.public_api.plans.kept_plans import KeptPlans
from duro.public_api.promo_codes.acts import PromoCodeActs
from duro.public_api.recovery.acts import RecoveryActs
from duro.public_api.subscriptions.acts import SubscriptionChangeActs


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Merchant:
    """Everything a merchant can do in one mode."""

    create_plan: CreatePlan
    update_plan: UpdatePlan
    archive_plan: ArchivePlan
    plans: KeptPlans
    promo_codes: PromoCodeActs
    create_customer: CreateCustomer
    update_customer: UpdateCustomer
    get_customer: GetCustomer
    get_customer_by_ref: GetCustomerByRef
    list_customers: ListCustomers
    payment_methods: PaymentMethodActs
    start_subscription: StartSubscription
    cancel_subscription: CancelSubscription
    subscription_changes: SubscriptionChangeActs
    get_subscription: GetSubscription
    list_subscriptions: ListSubscriptions
    get_invoice: GetInvoice
    list_invoices: ListInvoices
    print_invoice: PrintInvoice
    pay_invoice: PayInvoice
    void_invoice: VoidInvoice
    mark_invoice_uncollectible: MarkInvoiceUncollectible
    refund_invoice: RefundInvoice
    retry_refund: RetryRefund
    cancel_refund: CancelRefund
    get_refund: GetRefund
    list_refunds: ListRefunds
    recovery: RecoveryActs
    analytics: ReadAnalytics
    grant_credit: GrantCredit
    get_credit: GetCredit
    get_transaction: GetTransaction
    list_transactions: ListTransactions
    get_message: GetMessage
    list_messages: ListMessages
    message_templates: MessageTemplateActs
    get_event: GetEvent
    list_events: ListEvents
    create_test_clock: CreateTestClock
    get_test_clock: GetTestClock
    list_test_clocks: ListTestClocks
    advance_test_clock: AdvanceTestClock

    @classmethod
    def over(
        cls,
        contexts: RepositoryContexts,
        *,
        billing: RenewsSubscriptions,
        collection: Collection,
        refunds: RefundService,
        guard: ChecksClock,
        gateways: GatewayRegistry,
        work: DueWork,
        plans: KeptPlans,
        renderer: TemplateRenderer,
        card_keys: CardKeys,
        lease: TimeDelta,
        ids: IdFactory,
        clock: Clock,
    ) -> "Merchant":
        """Build every act of one mode over its contexts."""
        return cls(
            create_plan=CreatePlan(contexts, ids, clock, plans),
            update_plan=UpdatePlan(contexts, ids, clock, plans),
            archive_plan=ArchivePlan(contexts, ids, clock, plans),
            plans=plans,
            promo_codes=PromoCodeActs.over(contexts, ids, clock),
            create_customer=CreateCustomer(contexts, ids, clock),
            update_customer=UpdateCustomer(contexts, ids, clock),
            get_customer=GetCustomer(contexts),
            get_customer_by_ref=GetCustomerByRef(contexts),
            list_customers=ListCustomers(contexts),
            payment_methods=PaymentMethodActs.over(
                contexts, gateways=gateways, card_keys=card_keys, ids=ids, clock=clock
            ),
            start_subscription=StartSubscription(contexts, billing, gateways, ids, clock),
            cancel_subscription=CancelSubscription(contexts, ids, clock),
            subscription_changes=SubscriptionChangeActs.over(
                contexts,
                billing=billing,
                collection=collection,
                guard=guard,
                gateways=gateways,
                ids=ids,
                clock=clock,
            ),
            get_subscription=GetSubscription(contexts),
            list_subscriptions=ListSubscriptions(contexts),
            get_invoice=GetInvoice(contexts),
            list_invoices=ListInvoices(contexts),
            print_invoice=PrintInvoice(contexts, InvoicePrinter()),
            pay_invoice=PayInvoice(contexts, collection, guard, ids=ids, clock=clock),
            void_invoice=VoidInvoice(contexts, ids, clock),
            mark_invoice_uncollectible=MarkInvoiceUncollectible(contexts, ids, clock),
            refund_invoice=RefundInvoice(contexts, refunds, guard, ids=ids, clock=clock),
            retry_refund=RetryRefund(contexts, refunds, guard, ids=ids, clock=clock),
            cancel_refund=CancelRefund(contexts, ids, clock),
            get_refund=GetRefund(contexts),
            list_refunds=ListRefunds(contexts),
            recovery=RecoveryActs.over(contexts, collection=collection, guard=guard, ids=ids, clock=clock),
            analytics=ReadAnalytics(contexts, clock),
            grant_credit=GrantCredit(contexts, ids, clock),
            get_credit=GetCredit(contexts),
            get_transaction=GetTransaction(contexts),
            list_transactions=ListTransactions(contexts),
            get_message=GetMessage(contexts),
            list_messages=ListMessages(contexts),
            message_templates=MessageTemplateActs.over(contexts, renderer=renderer, ids=ids, clock=clock),
            get_event=GetEvent(contexts),
            list_events=ListEvents(contexts),
            create_test_clock=CreateTestClock(contexts, ids, clock),
            get_test_clock=GetTestClock(contexts),
            list_test_clocks=ListTestClocks(contexts),
            advance_test_clock=AdvanceTestClock(contexts, work, ids, clock, lease=lease),
        )
