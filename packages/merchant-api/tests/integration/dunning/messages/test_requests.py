"""What payers are told of how to push money holds while they can."""

from dataclasses import replace

from whenever import TimeDelta

from duro.db.message_rows import MessageStatus

HOUR = TimeDelta(hours=1)


class TestAMessageAboutARequest:
    async def test_is_not_sent_once_the_request_is_over(self, desk, sub):
        [request] = await desk.recovery.asked(sub)
        async with desk.recovery.contexts.open(desk.tenant.id) as repos:
            await repos.payment_requests.update(replace(request, expires_at=desk.clock.now() + HOUR))
        desk.clock.advance(2 * HOUR)
        assert [telling.outcome.value for telling in await desk.deliver()] == ["dropped"]
        [message] = await desk.messages(sub)
        assert (message.status, message.outcome) == (MessageStatus.DROPPED, "request_closed")

    async def test_is_sent_while_the_request_is_open(self, desk, sub):
        desk.clock.advance(2 * HOUR)
        assert [telling.outcome.value for telling in await desk.deliver()] == ["sent"]
