from duro.queue import JobQueue, QueueSettings

SMALL = QueueSettings(waiting_limit=25, chunk_size=10)


class TestTheWaitingLimit:
    async def test_is_ten_thousand_unless_told_otherwise(self, redis_url):
        queue = JobQueue("billing-test", redis_url)
        assert queue.waiting_limit == 10_000
        await queue.close()

    async def test_is_never_passed_by_topping_up(self, redis_url, jobs):
        queue = JobQueue("billing-test", redis_url, settings=SMALL)
        due = jobs.many(60)
        assert await queue.top_up(due) == 25
        assert await queue.waiting() == 25
        assert await queue.top_up(due) == 0
        assert await queue.waiting() == 25
        await queue.close()

    async def test_counts_only_what_is_new(self, redis_url, jobs):
        queue = JobQueue("billing-test", redis_url, settings=SMALL)
        due = jobs.many(20)
        await queue.top_up(due[:10])
        assert await queue.top_up(due) == 10
        assert await queue.waiting() == 20
        await queue.close()

    async def test_keeps_the_order_in_which_jobs_came(self, redis_url, jobs, workers, eventually):
        queue = JobQueue("billing-test", redis_url, settings=SMALL)
        due = jobs.many(20)
        await queue.top_up(due)
        seen: list[str] = []

        async def handler(payload) -> None:
            seen.append(payload.id)

        workers.start(handler, concurrency=1)
        await eventually(lambda: len(seen) == 20)
        assert seen == [job.payload.id for job in due]
        await queue.close()
