"""A worker that is killed between any two steps of sending a message: nobody is told twice, and it says so.

A step is a statement, a commit, or a word to or from the mail server. Each is the last one once; then the lease passes
and another worker looks at what is left.
"""

import asyncio
from contextlib import asynccontextmanager, suppress

import pytest
from whenever import TimeDelta

from duro.db import RepositoryContexts
from duro.db.message_rows import MessageStatus
from duro.db.session import TenantSession
from duro.email import SmtpMailer
from duro.payments import Declined

NO_FUNDS = Declined("51", "Insufficient funds", None)
AWHILE = TimeDelta(minutes=10)


class KilledError(BaseException):
    """The process is gone: nobody catches this."""


class Tripwire:
    """Counts the steps of an act and kills it at one of them."""

    def __init__(self) -> None:
        self.left = None

    def step(self) -> None:
        if self.left is not None:
            if not self.left:
                self.left = None
                raise KilledError
            self.left -= 1

    def set_over(self, monkeypatch) -> None:
        """Let every statement, every commit and both ends of every letter be a step."""
        for name in ("fetch", "fetchrow", "execute"):
            monkeypatch.setattr(TenantSession, name, self._around(getattr(TenantSession, name)))
        monkeypatch.setattr(SmtpMailer, "send", self._around(SmtpMailer.send, is_told_back=True))
        opened = RepositoryContexts.open

        @asynccontextmanager
        async def open_(contexts, tenant_id):
            async with opened(contexts, tenant_id) as repos:
                yield repos
                self.step()
            self.step()

        monkeypatch.setattr(RepositoryContexts, "open", open_)

    def _around(self, done, *, is_told_back=False):
        async def run(one, *arguments):
            self.step()
            answer = await done(one, *arguments)
            if is_told_back:
                self.step()
            return answer

        return run


class TestAKilledWorker:
    @pytest.fixture
    def wire(self, monkeypatch):
        wire = Tripwire()
        wire.set_over(monkeypatch)
        return wire

    async def test_tells_nobody_twice_and_knows_what_it_does_not_know(self, desk, clock, wire):
        seen = set()
        for number in range(100):
            subscription = await desk.asked(NO_FUNDS, email=f"payer-{number}@example.com")
            wire.left = number
            was_killed = True
            with suppress(KilledError):
                await desk.deliver()
                was_killed = False
            wire.left = None
            clock.advance(AWHILE)
            await desk.deliver()
            clock.advance(AWHILE)
            await desk.deliver()
            [message] = await desk.messages(subscription)
            letters = [letter for letter in desk.sink.letters if letter.recipient == f"payer-{number}@example.com"]
            assert len(letters) <= 1, number
            assert message.status in {MessageStatus.SENT, MessageStatus.UNKNOWN}
            assert message.status is MessageStatus.UNKNOWN or len(letters) == 1, number
            seen.add((message.status.value, len(letters)))
            if not was_killed:
                break
        else:
            pytest.fail("Sending has no end.")
        assert seen == {("sent", 1), ("unknown", 0), ("unknown", 1)}
        assert number >= 8

    async def test_is_corrected_by_one_that_was_only_slow(self, desk, clock):
        subscription = await desk.asked(NO_FUNDS)
        [dispatch] = (await desk.claims.claim(desk.tenant.id, await desk.due())).dispatches
        clock.advance(AWHILE)
        assert [telling.outcome for telling in await desk.deliver()] == ["unknown"]
        [message] = await desk.messages(subscription)
        assert (message.status, message.outcome) == (MessageStatus.UNKNOWN, "sender_vanished")
        await desk.settlement.settle(desk.tenant.id, {dispatch: await desk.post.send(dispatch.subject)})
        [message] = await desk.messages(subscription)
        assert (message.status, message.outcome) == (MessageStatus.SENT, "accepted")
        assert len(desk.sink.letters) == 1


class TestTwoWorkers:
    async def test_send_a_message_once(self, desk):
        for number in range(8):
            await desk.asked(NO_FUNDS, email=f"payer-{number}@example.com")
        due = await desk.due()
        assert len(due) == 8

        async def worker() -> list[str]:
            return [telling.outcome.value async for _, telling in desk.service.deliver_each(desk.tenant.id, due)]

        outcomes = [outcome for told in await asyncio.gather(*(worker() for _ in range(3))) for outcome in told]
        assert sorted(outcomes) == ["sent"] * 8 + ["skipped"] * 16
        assert sorted(letter.recipient for letter in desk.sink.letters) == [
            f"payer-{number}@example.com" for number in range(8)
        ]
