"""One card that is saved more than once: what was said of it and tried is remembered wherever it is saved."""

from itertools import pairwise
from types import SimpleNamespace

import pytest
from whenever import Instant, TimeDelta

from duro.db.records import DunningState
from duro.kernel import Mode, TenantId
from duro.merchant_api.billing import RenewalOutcome
from duro.merchant_api.payment_methods import AttachPaymentMethod, AttachPaymentMethodCommand, CardKeys
from duro.payments import CardDetails, Declined, SimulatedCard
from duro.testkit.builders import CustomerBuilder

pytestmark = pytest.mark.usefixtures("books_in_order")
NO_FUNDS = Declined("51", "Insufficient funds", None)
NEVER_AGAIN = Declined("05", "Do not honor", "03")
STOPPED = Declined("R1", "Revocation of authorization order", None)
KEYS = CardKeys(b"a key that nobody else has")


class Wallet:
    """Cards that customers of the merchant save, by their numbers."""

    def __init__(self, recovery) -> None:
        self.recovery = recovery
        self.tenant = recovery.merchant.tenant.id

    async def saved(self, customer, card=SimulatedCard.APPROVE, year=2030):
        recovery = self.recovery
        act = AttachPaymentMethod(recovery.contexts, recovery.gateways, recovery.ids, recovery.clock, keys=KEYS)
        details = CardDetails(card.number, 12, year, "123")
        return await act.execute(self.tenant, AttachPaymentMethodCommand(customer_id=customer.id, card=details))

    async def declined(self, answer, customer=None):
        """A subscription whose renewal was just declined, and whose card came in by its number."""
        recovery = self.recovery
        customer = customer or await recovery.merchant.customer(CustomerBuilder())
        method = await self.saved(customer)
        subscription = await recovery.merchant.subscription(None, customer, method)
        recovery.gateway.answers[:] = [answer]
        assert await recovery.billing.renew(self.tenant, subscription.id) is RenewalOutcome.DUNNING
        await recovery.work(subscription)
        return subscription

    async def again(self, subscription, card=SimulatedCard.APPROVE, year=2030):
        """Let its payer save a card once more, and whatever waits for one be looked at."""
        async with self.recovery.contexts.open(self.tenant) as repos:
            customer = await repos.customers.get(subscription.customer_id)
        method = await self.saved(customer, card, year)
        for case in await self.recovery.due():
            await self.recovery.dunning.process(self.tenant, case)
        return method

    async def tries(self, subscription):
        async with self.recovery.contexts.open(self.tenant) as repos:
            return await repos.attempts.of_invoice((await self.recovery.case(subscription)).invoice_id)


@pytest.fixture
def wallet(recovery):
    recovery.clock.set(Instant.from_utc(2026, 4, 15, 9))
    return Wallet(recovery)


class TestACardThatIsSavedTwice:
    @pytest.mark.parametrize("year", [2030, 2031])
    async def test_is_not_charged_if_its_network_said_never_again(self, recovery, wallet, year):
        subscription = await wallet.declined(NEVER_AGAIN)

        method = await wallet.again(subscription, year=year)

        assert method.barred_at == recovery.clock.now()
        assert len(recovery.gateway.sent) == 1
        assert (await recovery.case(subscription)).state is DunningState.AWAITING_CUSTOMER
        other = await wallet.again(subscription, SimulatedCard.APPROVE_MASTERCARD)
        assert other.barred_at is None
        assert (await recovery.case(subscription)).state is DunningState.RECOVERED

    async def test_is_charged_if_only_its_payer_had_stopped_the_charges(self, recovery, wallet):
        subscription = await wallet.declined(STOPPED)
        recovery.clock.advance(TimeDelta(hours=25))
        method = await wallet.again(subscription)
        assert method.barred_at is None
        await recovery.pay_with(subscription, method)
        await recovery.work(subscription)
        assert (await recovery.case(subscription)).state is DunningState.RECOVERED

    async def test_waits_as_if_it_had_been_saved_once(self, recovery, wallet):
        subscription = await wallet.declined(NO_FUNDS)
        recovery.clock.advance(TimeDelta(hours=1))
        async with recovery.contexts.open(wallet.tenant) as repos:
            customer = await repos.customers.get(subscription.customer_id)
        method = await wallet.saved(customer)
        await recovery.pay_with(subscription, method)
        await recovery.work(subscription)
        assert len(recovery.gateway.sent) == 1
        case = await recovery.case(subscription)
        assert case.next_attempt_at >= recovery.clock.now() + TimeDelta(hours=23)
        assert "only one try in 24 hours" in case.reason

    async def test_is_tried_once_a_day_for_two_customers_together(self, recovery, wallet):
        subscriptions = [await wallet.declined(NO_FUNDS) for _ in range(2)]
        recovery.gateway.answers[:] = [NO_FUNDS] * 12
        await recovery.until(Instant.from_utc(2026, 5, 20, 9))
        tried = sorted([one.created_at for each in subscriptions for one in (await wallet.tries(each))[1:]])
        assert len(tried) >= 4
        assert min(later - earlier for earlier, later in pairwise(tried)) >= TimeDelta(hours=24)

    async def test_is_barred_for_everybody_who_saved_it(self, recovery, wallet):
        other = await recovery.merchant.customer(CustomerBuilder())
        theirs = await wallet.saved(other)
        waiting = await recovery.merchant.subscription(None, other, theirs)
        await wallet.declined(NEVER_AGAIN)

        assert await recovery.billing.renew(wallet.tenant, waiting.id) is RenewalOutcome.DUNNING

        async with recovery.contexts.open(wallet.tenant) as repos:
            assert (await repos.payment_methods.get(theirs.id)).barred_at == recovery.clock.now()
        assert len(recovery.gateway.sent) == 1

    async def test_has_the_key_that_its_row_has(self, recovery, wallet):
        customer = await recovery.merchant.customer(CustomerBuilder())
        known, unknown = await wallet.saved(customer), await recovery.merchant.payment_method(customer)
        assert known.fingerprint == SimulatedCard.APPROVE.fingerprint
        assert unknown.fingerprint_key is None
        async with recovery.admin.acquire() as connection:
            for method in (known, unknown):
                statement = "select card_key from test.payment_methods where id = $1"
                assert await connection.fetchval(statement, method.id.value) == method.card_key


class TestCardKeys:
    def key(self, ids, *, keys=KEYS, mode=Mode.LIVE, tenant=None, clock=None, card=SimulatedCard.APPROVE):
        repos = SimpleNamespace(session=SimpleNamespace(mode=mode, tenant_id=tenant or ids.new(TenantId)))
        customer = SimpleNamespace(test_clock_id=clock)
        return keys.of(repos, customer, provider="simulated", fingerprint=card.fingerprint)

    def test_name_a_card_over_all_merchants_of_live_mode(self, ids):
        assert self.key(ids) == self.key(ids)
        assert self.key(ids) != self.key(ids, card=SimulatedCard.APPROVE_VERVE)

    def test_keep_merchants_and_clocks_of_test_mode_apart_since_test_cards_are_everybodys(self, ids):
        tenant = ids.new(TenantId)
        here = self.key(ids, mode=Mode.TEST, tenant=tenant)
        assert here == self.key(ids, mode=Mode.TEST, tenant=tenant)
        assert here != self.key(ids, mode=Mode.TEST)
        assert here != self.key(ids, mode=Mode.TEST, tenant=tenant, clock=SimpleNamespace(value=tenant.value))

    def test_tell_nothing_without_the_key(self, ids):
        assert self.key(ids) != self.key(ids, keys=CardKeys(b"another key"))
