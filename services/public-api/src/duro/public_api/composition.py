from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, cast, final

from litestar import Litestar, Request, Router
from litestar.datastructures import State
from litestar.di import Provide
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp

from duro.cache import CacheServer, CacheStore, RateLimiter
from duro.crypto import SystemClock
from duro.db import CredentialResolver, DatabasePool, RepositoryContexts
from duro.db.clock_guard import ClockGuard
from duro.db.database_clock import DatabaseClock
from duro.db.kept_notices import KeptNotices
from duro.db.message_resolver import MessageResolver
from duro.db.references import ReferenceResolver
from duro.db.whatsapp_refusals import WhatsAppRefusals
from duro.email import LinkRule, TemplateRenderer
from duro.http_kit.allowed_methods import AllowedMethodsMiddleware
from duro.http_kit.authentication import AuthenticationMiddleware
from duro.http_kit.authenticator import ApiKeyAuthenticator
from duro.http_kit.call import Call
from duro.http_kit.principal import Principal
from duro.http_kit.problems import ProblemResponder
from duro.http_kit.rate_limit_headers import RateLimitHeaders
from duro.http_kit.rate_limit_middleware import RateLimitMiddleware
from duro.http_kit.request_identity import RequestIdentity
from duro.http_kit.request_reader import RequestReader
from duro.kernel import Mode
from duro.merchant_api.billing import BillingService, IncompleteService, PendingService, RefundService
from duro.merchant_api.billing.collection import Collection
from duro.merchant_api.dunning import DunningService
from duro.merchant_api.inbound import (
    ChargeNotices,
    DisputeNotices,
    InboundNotices,
    MandateNotices,
    ModeNotices,
    MoneyNotices,
    RefundNotices,
)
from duro.merchant_api.messages import ModeNews, WhatsAppNews
from duro.merchant_api.payment_methods import MandateService
from duro.merchant_api.pushed import ReceiveMoney, RequestService
from duro.merchant_api.test_clocks import DueWork
from duro.public_api.analytics.controller import AnalyticsController
from duro.public_api.collaborators import Collaborators
from duro.public_api.credit.controller import CreditController
from duro.public_api.customers.controller import CustomersController
from duro.public_api.docs.controller import DocsController
from duro.public_api.docs.reference import Reference
from duro.public_api.events.controller import EventsController
from duro.public_api.guarded_renewals import GuardedRenewals
from duro.public_api.health.controller import HealthController
from duro.public_api.health.readiness import Readiness
from duro.public_api.inbound.controller import InboundWebhooksController
from duro.public_api.invoices.controller import InvoicesController
from duro.public_api.merchant import Merchant
from duro.public_api.message_templates.controller import MessageTemplatesController
from duro.public_api.messages.controller import MessagesController
from duro.public_api.payers.acts import PayerActs
from duro.public_api.payers.controller import PayController, UpdateController
from duro.public_api.payers.desk import PayersDesk
from duro.public_api.payers.pages import Pages
from duro.public_api.payers.problem_page import ProblemPage
from duro.public_api.payment_methods.controller import PaymentMethodsController
from duro.public_api.plans.controller import PlansController
from duro.public_api.plans.kept_plans import KeptPlans
from duro.public_api.promo_codes.controller import PromoCodesController
from duro.public_api.promo_codes.redemption_controller import RedemptionController
from duro.public_api.recovery.controller import RecoveryController
from duro.public_api.recovery_settings.controller import RecoverySettingsController
from duro.public_api.refunds.controller import RefundsController
from duro.public_api.settings import Settings
from duro.public_api.subscriptions.change_controller import SubscriptionChangesController
from duro.public_api.subscriptions.controller import SubscriptionsController
from duro.public_api.test_clocks.controller import TestClocksController
from duro.public_api.transactions.controller import TransactionsController
from duro.public_api.whatsapp.controller import WhatsAppWebhookController
from duro.public_api.whatsapp.door import WhatsAppDoor
from duro.whatsapp import StatusWebhook

_STATEMENT_SECONDS: Final = 30.0


@final
@dataclass(frozen=True, slots=True)
class Composition:
    """The whole service, built once: pools, one graph of acts per mode, and the routes over them."""

    settings: Settings
    collaborators: Collaborators
    pools: Mapping[Mode, DatabasePool]
    contexts: Mapping[Mode, RepositoryContexts]
    merchants: Mapping[Mode, Merchant]
    payers: Mapping[Mode, PayerActs]
    cache: CacheServer | None

    @classmethod
    async def open(cls, settings: Settings, collaborators: Collaborators) -> "Composition":
        """Connect and build. Live mode is left out, and its keys are refused, while no provider moves money."""
        urls = {Mode.TEST: settings.test_database_url}
        if settings.is_development or collaborators.gateway.is_moving_money:
            urls[Mode.LIVE] = settings.live_database_url
        pools = {
            mode: await DatabasePool.open(
                url, min_size=1, max_size=settings.pool_size, statement_seconds=_STATEMENT_SECONDS
            )
            for mode, url in urls.items()
        }
        guard = ClockGuard(SystemClock(), [DatabaseClock(pool) for pool in pools.values()])
        clock, ids = collaborators.clock, collaborators.ids
        contexts = {mode: RepositoryContexts(pool, mode, clock=clock, ids=ids) for mode, pool in pools.items()}
        cache = CacheServer(settings.redis_url) if settings.redis_url else None
        store = None if cache is None else CacheStore(cache)
        merchants = {
            mode: cls._merchant(KeptPlans(one, store), one, guard, settings=settings, collaborators=collaborators)
            for mode, one in contexts.items()
        }
        payers = {
            mode: cls._payer(merchants[mode], one, settings=settings, collaborators=collaborators)
            for mode, one in contexts.items()
        }
        return cls(settings, collaborators, pools, contexts, merchants, payers, cache)

    @staticmethod
    def _merchant(
        plans: KeptPlans,
        contexts: RepositoryContexts,
        guard: ClockGuard,
        *,
        settings: Settings,
        collaborators: Collaborators,
    ) -> Merchant:
        clock, ids = collaborators.clock, collaborators.ids
        gateways = collaborators.gateways(contexts.mode, is_development=settings.is_development)
        billing = BillingService(contexts, gateways, ids=ids, clock=clock, lease=settings.lease)
        refunds = RefundService(contexts, gateways, ids=ids, clock=clock, lease=settings.lease)
        work = DueWork(
            billing=billing,
            pending=PendingService(contexts, gateways, ids=ids, clock=clock, lease=settings.lease),
            refunds=refunds,
            starts=IncompleteService(contexts, billing, ids=ids, clock=clock),
            dunning=DunningService(contexts, gateways, ids=ids, clock=clock, lease=settings.lease),
            requests=RequestService(contexts, gateways, ids=ids, clock=clock, lease=settings.lease),
        )
        return Merchant.over(
            contexts,
            billing=GuardedRenewals(billing, guard),
            collection=Collection(contexts, gateways, ids=ids, clock=clock, lease=settings.lease),
            refunds=refunds,
            guard=guard,
            gateways=gateways,
            work=work,
            plans=plans,
            renderer=TemplateRenderer(LinkRule(is_development=settings.is_development)),
            card_keys=settings.card_keys,
            lease=settings.lease,
            ids=ids,
            clock=clock,
        )

    @staticmethod
    def _payer(
        merchant: Merchant, contexts: RepositoryContexts, *, settings: Settings, collaborators: Collaborators
    ) -> PayerActs:
        clock, ids, lease = collaborators.clock, collaborators.ids, settings.lease
        gateways = collaborators.gateways(contexts.mode, is_development=settings.is_development)
        return PayerActs.over(
            contexts,
            merchant,
            gateways=gateways,
            pending=PendingService(contexts, gateways, ids=ids, clock=clock, lease=lease),
            requests=RequestService(contexts, gateways, ids=ids, clock=clock, lease=lease),
            lease=lease,
            ids=ids,
            clock=clock,
        )

    def application(self) -> ASGIApp:
        """Build the ASGI application; the outermost layer names every request."""
        reference, readiness = Reference(), Readiness(list(self.pools.values()))
        inbound, door = self._inbound(), self._door()
        application = Litestar(
            route_handlers=[
                PlansController,
                PromoCodesController,
                CustomersController,
                PaymentMethodsController,
                SubscriptionsController,
                SubscriptionChangesController,
                RedemptionController,
                CreditController,
                InvoicesController,
                TransactionsController,
                RefundsController,
                RecoveryController,
                RecoverySettingsController,
                AnalyticsController,
                EventsController,
                MessagesController,
                MessageTemplatesController,
                TestClocksController,
                InboundWebhooksController,
                WhatsAppWebhookController,
                self._payers_pages(),
                HealthController,
                DocsController,
            ],
            dependencies={
                "call": Provide(self._call, sync_to_thread=False),
                "merchant": Provide(self._merchant_of, sync_to_thread=False),
                "readiness": Provide(lambda: readiness, sync_to_thread=False),
                "door": Provide(lambda: door, sync_to_thread=False),
                "inbound": Provide(lambda: inbound, sync_to_thread=False),
                "reference": Provide(lambda: reference, sync_to_thread=False),
            },
            middleware=self._middleware(),
            exception_handlers={Exception: ProblemResponder().respond},
            openapi_config=None,
            request_max_body_size=RequestReader.BODY_LIMIT_BYTES,
            logging_config=None,
        )
        reference.read(application)
        served = cast("ASGIApp", application)
        return RequestIdentity(served if self.cache is None else RateLimitHeaders(served))

    def _payers_pages(self) -> Router:
        """Build the pages behind payers' links, which answer in HTML whatever happens."""
        pages, limiter = Pages(), None if self.cache is None else RateLimiter(self.cache)
        desk = PayersDesk(self.settings.links, self.payers, pages, limiter, clock=self.collaborators.clock)
        return Router(
            path="/",
            route_handlers=[PayController, UpdateController],
            dependencies={"desk": Provide(lambda: desk, sync_to_thread=False)},
            exception_handlers={Exception: ProblemPage(pages).respond},
        )

    def _door(self) -> WhatsAppDoor:
        """Build where Meta tells of messages; one number sends those of both modes."""
        secret, token = self.settings.whatsapp_app_secret, self.settings.whatsapp_verify_token
        clock, keys, pools = self.collaborators.clock, self.settings.person_keys, self.pools
        kept = KeptNotices(pools[Mode.TEST])
        if not (secret and token) or keys is None:
            return WhatsAppDoor(None, WhatsAppNews([]), kept, clock=clock)
        modes = [
            ModeNews(
                MessageResolver(pools[mode], mode), contexts, WhatsAppRefusals(pools[mode], mode), keys, clock=clock
            )
            for mode, contexts in self.contexts.items()
        ]
        return WhatsAppDoor(
            StatusWebhook(app_secret=secret, verify_token=token), WhatsAppNews(modes), kept, clock=clock
        )

    def _inbound(self) -> InboundNotices:
        """Build what takes providers' notices, for whichever mode they concern."""
        modes = [self._notices_of(mode) for mode in self.contexts]
        kept = KeptNotices(self.pools[Mode.TEST])
        return InboundNotices(self.collaborators.webhooks, modes, kept, clock=self.collaborators.clock)

    def _notices_of(self, mode: Mode) -> ModeNotices:
        clock, ids, contexts = self.collaborators.clock, self.collaborators.ids, self.contexts[mode]
        gateways = self.collaborators.gateways(mode, is_development=self.settings.is_development)
        refunds = RefundService(contexts, gateways, ids=ids, clock=clock, lease=self.settings.lease)
        money = MoneyNotices(ReceiveMoney(contexts, gateways, ids=ids, clock=clock))
        return ModeNotices(
            references=ReferenceResolver(self.pools[mode], mode),
            charges=ChargeNotices(contexts, gateways, money, ids=ids, clock=clock),
            refunds=RefundNotices(contexts, refunds, clock=clock),
            money=money,
            mandates=MandateNotices(MandateService(contexts, gateways, clock=clock)),
            disputes=DisputeNotices(contexts, ids=ids, clock=clock),
        )

    def _middleware(self) -> list[ASGIMiddleware]:
        """List what a request passes on its way in, in order: a flood is stopped before a key is looked up."""
        authenticator = ApiKeyAuthenticator({mode: CredentialResolver(pool) for mode, pool in self.pools.items()})
        layers: list[ASGIMiddleware] = [AllowedMethodsMiddleware(), AuthenticationMiddleware(authenticator)]
        if self.cache is None:
            return layers
        return [RateLimitMiddleware(RateLimiter(self.cache), self.settings.limits), *layers]

    def _call(self, request: Request[object, object, State]) -> Call:
        return Call(request, contexts=self.contexts, clock=self.collaborators.clock)

    def _merchant_of(self, request: Request[object, object, State]) -> Merchant:
        principal = cast("Principal", request.scope["state"]["principal"])
        return self.merchants[principal.mode]

    async def close(self) -> None:
        """Let go of the provider, the limits and the databases."""
        await self.collaborators.gateway.close()
        for gateway in (*self.collaborators.asking, *self.collaborators.mandates):
            await gateway.close()
        if self.cache is not None:
            await self.cache.close()
        for pool in self.pools.values():
            await pool.close()
