import fcntl
import os
import subprocess

import asyncpg
import pytest
from redis.asyncio import Redis

from duro.embedded import EmbeddedPostgres, EmbeddedValkey, OrphanedServerError
from duro.embedded.instance_lock import InstanceLock


class TestALauncherKilledOutright:
    async def test_leaves_nothing_running(self, launch):
        launcher = launch()

        assert len(launcher.servers()) > 3
        assert await launcher.kill_outright()

    async def test_leaves_every_commit_to_a_clean_next_start(self, launch, home, shared_root):
        launcher = launch()
        connection = await asyncpg.connect(launcher.postgres_url)
        await connection.execute("create table kept (value integer); insert into kept values (7)")
        async with Redis.from_url(launcher.valkey_url) as client:
            await client.set("kept", "7")

        await launcher.kill_outright()
        connection.terminate()

        postgres, valkey = (
            EmbeddedPostgres(home, shared_root=shared_root),
            EmbeddedValkey(home, shared_root=shared_root),
        )
        try:
            address, queue = await postgres.start(), await valkey.start()
            connection = await asyncpg.connect(address.admin_url())
            assert await connection.fetchval("select value from kept") == 7
            await connection.close()
            async with Redis.from_url(queue.url()) as client:
                assert await client.get("kept") == b"7"
        finally:
            await postgres.stop()
            await valkey.stop()

    async def test_can_be_started_again_at_once(self, launch):
        for _ in range(3):
            launcher = launch()
            launcher.child.kill()
            launcher.child.wait()

        assert launch().finish() == 0


class TestAServerThatOutlivedItsLauncher:
    @pytest.fixture(autouse=True)
    def impatience(self, monkeypatch):
        monkeypatch.setattr(InstanceLock, "ORPHAN_SECONDS", 0.3)

    @pytest.fixture
    async def leave(self, home, shared_root):
        """Leave a process behind that holds the server's lock of the home, as a server does."""
        server = EmbeddedValkey(home, shared_root=shared_root)
        await server.start()
        await server.stop()
        left = []

        def hold(words):
            lock = os.open(home / "valkey" / "server.lock", os.O_RDWR)
            fcntl.flock(lock, fcntl.LOCK_EX)
            process = subprocess.Popen(
                ["sh", "-c", f"{words}; echo; exec sleep 60"], pass_fds=[lock], stdout=subprocess.PIPE
            )
            left.append(process)
            os.close(lock)
            process.stdout.readline()
            (home / "valkey" / "server.lock").write_text(f"{process.pid}\n")
            return process

        yield hold
        for process in left:
            process.kill()
            process.wait()
            process.stdout.close()

    async def test_is_known_by_the_lock_it_inherited(self, home, shared_root):
        server = EmbeddedValkey(home, shared_root=shared_root)
        await server.start()
        lock = os.open(home / "valkey" / "server.lock", os.O_RDWR)
        try:
            with pytest.raises(BlockingIOError):
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            await server.stop()
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        finally:
            os.close(lock)

    async def test_is_ended_by_the_next_start(self, leave, home, shared_root):
        orphan = leave("true")
        server = EmbeddedValkey(home, shared_root=shared_root)

        await server.start()

        assert orphan.wait(5) != 0
        await server.stop()

    async def test_is_reported_when_it_does_not_end(self, leave, home, shared_root):
        orphan = leave("trap '' TERM")

        with pytest.raises(OrphanedServerError, match=f"process {orphan.pid}"):
            await EmbeddedValkey(home, shared_root=shared_root).start()

        assert orphan.poll() is None
