"""Everything that tells people dies while messages are due: nothing is lost, and nobody is told twice for one cause."""

import os
import time

import pytest
from letters.form import PostForm
from letters.post import Post
from letters.verdict import Judge, Wrong

from duro.testkit import Deadline, MailAnswer, WhatsAppAnswer
from storm.world import Ground

SMALL = PostForm(wave=40, faults=(), tenants=2, workers=1, limit_seconds=90, timeout_seconds=30)


@pytest.fixture
def calm_ground(database, redis_url):
    return Ground(database.admin_url, redis_url)


class TestMessages:
    async def test_come_at_most_once_and_all_to_an_end_whatever_dies(self, calm_ground, tmp_path, tell):
        form, begun = PostForm.asked(os.environ), time.monotonic()
        async with Post.open(form, calm_ground, folder=tmp_path) as post:
            await post.rage()
            verdict = await Judge(post).judge()
            ends = post.unexpected_ends()
        tell(f"{form.messages} messages, {form.workers} workers: {time.monotonic() - begun:.0f} s")
        tell(f"struck: {' · '.join(post.chronicle)}")
        tell(f"arrived: {verdict.arrived}; came to: {dict(verdict.ends.most_common())}")
        assert (verdict.violations, ends) == ((), []), str(verdict)
        assert len(post.chronicle) == len(form.faults)
        assert len(post.people.told) == form.messages
        assert verdict.arrived > form.messages // 2


class TestTheVerdict:
    @pytest.mark.parametrize(
        ("sabotage", "wrong"),
        [
            (("ask-again", "take-waiting-for-sent", "look-once"), {Wrong.TWICE, Wrong.LOST, Wrong.STALE}),
            (("send-vanished-again", "give-up-at-once"), {Wrong.TWICE, Wrong.LOST}),
        ],
    )
    async def test_condemns_a_worker_that_was_broken(self, sabotage, wrong, calm_ground, tmp_path, tell):
        async with Post.open(SMALL, calm_ground, folder=tmp_path, sabotage=sabotage) as post:
            await a_wave_with_every_trouble(post)
            judge = Judge(post)

            async def is_found():
                await post.let_time_pass()
                verdict = await judge.judge()
                return verdict if wrong <= verdict.kinds and not await post.books.pending() else None

            verdict = await Deadline(SMALL.limit_seconds, 0.3).until(is_found, f"A verdict that names {wrong}")
        tell(f"{' + '.join(sabotage)}: {', '.join(f'{verdict.count(one)} × {one.value}' for one in wrong)}")

    async def test_condemns_a_worker_that_forgets_who_vanished(self, calm_ground, tmp_path, tell):
        async with Post.open(SMALL, calm_ground, folder=tmp_path, sabotage=("forget-the-vanished",)) as post:
            worker = await a_wave_with_every_trouble(post)

            async def is_left_alone():
                await post.let_time_pass()
                return worker.log().count('"outcome": "skipped"') > 3 and not await post.books.pending()

            await Deadline(SMALL.limit_seconds, 0.3).until(is_left_alone, "a vanished sender being passed over")
            verdict = await Judge(post).judge()
        assert verdict.kinds == {Wrong.STUCK}, str(verdict)
        tell(f"forget-the-vanished: {verdict.count(Wrong.STUCK)} × {Wrong.STUCK.value}")


async def a_wave_with_every_trouble(post):
    """Let a worker be killed over a letter and a message that have arrived, and the next one meet all the rest."""
    post.load([MailAnswer.HANG], [WhatsAppAnswer.HANG])
    await post.people.write_wave(SMALL.wave)
    await post.start_worker()
    await Deadline(SMALL.limit_seconds, 0.002).until(lambda: post.arrived > 2, "letters arriving")
    await post.ground.flush()
    worker = await post.kill_worker()
    post.load([MailAnswer.DEFER, MailAnswer.DROP, MailAnswer.DEFER_LETTER], [WhatsAppAnswer.DROP, 131000])
    await post.people.write_wave(SMALL.wave)
    return worker
