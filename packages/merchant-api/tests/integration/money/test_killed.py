"""A process that is killed between any two steps of an act about money: repeated under its key, it has acted once.

A step is a statement, a commit, or a word to or from the provider. Each is the last one once; then minutes pass, and
the worker and the merchant's repeat come, in either order.
"""

import asyncio
from contextlib import asynccontextmanager, suppress

import msgspec
import pytest
from whenever import TimeDelta

from duro.crypto import Digest
from duro.db import PageRequest, RepositoryContexts
from duro.db.records import AttemptStatus, InvoiceStatus, RefundStatus
from duro.db.session import TenantSession
from duro.http_kit.answers import Answer
from duro.http_kit.idempotent_request import IdempotentRequest
from duro.http_kit.keyed_receipt import AlreadyAnsweredError, KeyedReceipt
from duro.kernel import Mode, Money
from duro.merchant_api.credit import GrantCreditCommand
from duro.merchant_api.invoices import PayInvoiceCommand
from duro.merchant_api.refunds import RefundInvoiceCommand
from duro.payments import Approved, NotFound, Refunded, RefundRefused, SimulatedCard

AWHILE = TimeDelta(minutes=5)


class KilledError(BaseException):
    """The process is gone: nobody catches this."""


class Tripwire:
    """Counts the steps of an act and kills it at one of them."""

    def __init__(self) -> None:
        self.left = None

    def step(self):
        if self.left is not None:
            if not self.left:
                self.left = None
                raise KilledError
            self.left -= 1

    def set_over(self, monkeypatch):
        """Let every statement and every commit of this process be a step."""
        for name in ("fetch", "fetchrow", "execute"):
            monkeypatch.setattr(TenantSession, name, self._stepping(getattr(TenantSession, name)))
        opened = RepositoryContexts.open

        @asynccontextmanager
        async def open_(contexts, tenant_id):
            async with opened(contexts, tenant_id) as repos:
                yield repos
                self.step()
            self.step()

        monkeypatch.setattr(RepositoryContexts, "open", open_)

    def _stepping(self, statement):
        async def run(session, *arguments):
            self.step()
            return await statement(session, *arguments)

        return run


class Line:
    """The line to the provider: it may go dead before or after the provider has done what it was asked."""

    def __init__(self, inner, wire: Tripwire) -> None:
        self._inner = inner
        self._wire = wire
        self.sent = []

    def __getattr__(self, name: str) -> object:
        return getattr(self._inner, name)

    async def charge(self, request):
        return await self._asked(self._inner.charge(request), request)

    async def refund(self, request):
        return await self._asked(self._inner.refund(request), request)

    async def _asked(self, answering, request):
        task = asyncio.ensure_future(answering)
        try:
            self._wire.step()
        except KilledError:
            task.cancel()
            raise
        self.sent.append(request.reference)
        answer = await task
        self._wire.step()
        return answer


class Bench:
    """Kills one act at each of its steps in turn, lets the world go on, and looks at what came of it."""

    def __init__(self, till, wire: Tripwire) -> None:
        self.till = till
        self.wire = wire

    async def kills(self, prepare, act, verify):
        """Say at how many steps the act was killed; a last run goes through."""
        for number in range(200):
            subject = await prepare()
            receipt = self._receipt(number)
            self.wire.left = number
            try:
                await act(subject, receipt())
            except KilledError:
                was_killed = True
            else:
                was_killed = False
            self.wire.left = None
            await self._goes_on(act, subject, receipt, worker_first=bool(number % 2))
            await verify(subject)
            if not was_killed:
                return number
        message = "The act has no end."
        raise AssertionError(message)

    async def _goes_on(self, act, subject, receipt, *, worker_first):
        self.till.clock.advance(AWHILE)
        if worker_first:
            await self.works()
        with suppress(AlreadyAnsweredError):
            await act(subject, receipt())
        await self.works()

    async def works(self):
        """Let the worker find out about everything that is pending, until nothing is."""
        till = self.till
        for _ in range(3):
            till.clock.advance(AWHILE)
            async with till.loop.contexts.open(till.tenant_id) as repos:
                attempts = (await repos.attempts.list(PageRequest(100), status=AttemptStatus.PENDING)).items
                refunds = (await repos.refunds.list(PageRequest(100), status=RefundStatus.PENDING)).items
            for attempt in attempts:
                await till.loop.pending.resolve(till.tenant_id, attempt.id)
            for refund in refunds:
                await till.refunds.process(till.tenant_id, refund.id)

    async def agrees(self):
        """What we say of every charge and refund is what the provider says, and it knows of no other."""
        till, known = self.till, set()
        async with till.loop.contexts.open(till.tenant_id) as repos:
            attempts = [one for page in [await repos.attempts.list(PageRequest(100))] for one in page.items]
            refunds = [one for page in [await repos.refunds.list(PageRequest(100))] for one in page.items]
        for attempt in attempts:
            known.add(attempt.reference)
            is_taken = isinstance(await till.gateway.lookup(attempt.reference), Approved)
            assert is_taken == (attempt.status is AttemptStatus.SUCCEEDED)
        for refund in refunds:
            known.add(refund.reference)
            answer = await till.gateway.lookup_refund(refund.reference)
            match refund.status:
                case RefundStatus.SUCCEEDED:
                    assert answer == Refunded(refund.reference, refund.amount)
                case RefundStatus.FAILED | RefundStatus.NEEDS_ATTENTION:
                    assert isinstance(answer, RefundRefused | NotFound)
                case RefundStatus.PENDING:
                    pytest.fail("A refund is still pending.")
        assert set(till.gateway.sent) <= known

    def _receipt(self, number):
        request = IdempotentRequest(
            space="secret", key=f"key-{number}", digest=b"same", seed=Digest.of(str(number).encode())
        )
        clock = self.till.clock
        return lambda: KeyedReceipt(request, clock=clock, render=lambda _: Answer(200, msgspec.json.encode("done")))


@pytest.mark.parametrize("loop", [Mode.LIVE], indirect=True, ids=["live"])
class TestAKilledProcess:
    @pytest.fixture
    def wire(self, monkeypatch):
        wire = Tripwire()
        wire.set_over(monkeypatch)
        return wire

    @pytest.fixture
    async def bench(self, till, wire):
        till.gateway = Line(till.gateway, wire)
        till.__post_init__()
        bench = Bench(till, wire)
        yield bench
        await bench.agrees()

    async def test_refunds_once(self, bench):
        till = bench.till

        async def prepare():
            return (await till.paid())[1]

        async def act(invoice, receipt):
            command = RefundInvoiceCommand(invoice_id=invoice.id, amount=200_000)
            return await till._refund.execute(till.tenant_id, command, receipt)

        async def verify(invoice):
            async with till.loop.contexts.open(till.tenant_id) as repos:
                [refund] = (await repos.refunds.list(PageRequest(), invoice_id=invoice.id)).items
                after = await repos.invoices.get(invoice.id)
            assert refund.status is RefundStatus.SUCCEEDED
            assert after.amount_refunded == refund.amount == Money(200_000, invoice.currency)

        assert await bench.kills(prepare, act, verify) > 20

    async def test_asks_once_more_for_a_refund_that_was_refused(self, bench):
        till = bench.till

        async def prepare():
            subscription = await till.due(SimulatedCard.REFUND_REFUSED)
            await till.loop.renew(subscription.id)
            return await till.refund(await till.invoice(subscription))

        async def act(refund, receipt):
            return await till._retry.execute(till.tenant_id, refund.id, receipt)

        async def verify(refund):
            async with till.loop.contexts.open(till.tenant_id) as repos:
                both = (await repos.refunds.list(PageRequest(), invoice_id=refund.invoice_id)).items
            [again] = [one for one in both if one.id != refund.id]
            assert len(both) == 2
            assert again.status is RefundStatus.NEEDS_ATTENTION
            assert (await till.refund_of(refund.id)).status is RefundStatus.FAILED

        assert await bench.kills(prepare, act, verify) > 20

    async def test_gives_a_refused_refund_up_once(self, bench):
        till = bench.till

        async def prepare():
            subscription = await till.due(SimulatedCard.REFUND_REFUSED)
            await till.loop.renew(subscription.id)
            return await till.refund(await till.invoice(subscription))

        async def act(refund, receipt):
            return await till._cancel_refund.execute(till.tenant_id, refund.id, receipt)

        async def verify(refund):
            assert (await till.refund_of(refund.id)).status is RefundStatus.FAILED

        assert await bench.kills(prepare, act, verify) > 8

    async def test_collects_once(self, bench):
        till = bench.till

        async def prepare():
            subscription, invoice = await till.past_due(credit=1_000)
            await till.mark(invoice)
            return invoice, await till.card(subscription, SimulatedCard.APPROVE)

        async def act(subject, receipt):
            invoice, card = subject
            command = PayInvoiceCommand(invoice_id=invoice.id, payment_method_id=card.id)
            return await till._pay.execute(till.tenant_id, command, receipt)

        async def verify(subject):
            invoice, _ = subject
            async with till.loop.contexts.open(till.tenant_id) as repos:
                after = await repos.invoices.get(invoice.id)
                attempts = await repos.attempts.of_invoice(invoice.id)
            assert after.status is InvoiceStatus.PAID
            assert sorted(attempt.status for attempt in attempts) == [AttemptStatus.FAILED, AttemptStatus.SUCCEEDED]

        assert await bench.kills(prepare, act, verify) > 15

    @pytest.mark.parametrize("decision", ["void", "mark"])
    async def test_decides_once(self, bench, decision):
        till = bench.till

        async def prepare():
            return (await till.past_due(credit=1_000))[1]

        async def act(invoice, receipt):
            return await getattr(till, f"_{decision}").execute(till.tenant_id, invoice.id, receipt)

        async def verify(invoice):
            subscription = await till.loop.subscription(invoice.subscription_id)
            assert subscription.balance == Money(1_000, invoice.currency)

        assert await bench.kills(prepare, act, verify) > 10

    async def test_grants_credit_once(self, bench):
        till = bench.till

        async def act(subscription, receipt):
            command = GrantCreditCommand(subscription_id=subscription.id, amount=7, reason="sorry")
            return await till._grant.execute(till.tenant_id, command, receipt)

        async def verify(subscription):
            assert await till.balance(subscription) == 7

        assert await bench.kills(till.due, act, verify) > 8

    async def test_gives_back_once_what_was_canceled_in_flight(self, bench):
        till = bench.till

        async def prepare():
            subscription = await till.due(SimulatedCard.TIMEOUT_AFTER)
            await till.grant(subscription, 1_000)
            await till.loop.renew(subscription.id)
            await till.cancel(subscription)
            till.clock.advance(AWHILE)
            [(_, [attempt])] = await till.loop.invoices(subscription.id)
            return attempt

        async def act(attempt, _receipt):
            await till.loop.pending.resolve(till.tenant_id, attempt.id)
            async with till.loop.contexts.open(till.tenant_id) as repos:
                refunds = await repos.refunds.of_attempt(attempt.id)
            for refund in refunds:
                await till.refunds.process(till.tenant_id, refund.id)

        async def verify(attempt):
            async with till.loop.contexts.open(till.tenant_id) as repos:
                [refund] = await repos.refunds.of_attempt(attempt.id)
                subscription = await repos.subscriptions.get(attempt.subscription_id)
            assert (refund.status, refund.amount) == (RefundStatus.SUCCEEDED, attempt.amount)
            assert subscription.balance == Money(1_000, attempt.amount.currency)

        assert await bench.kills(prepare, act, verify) > 15
