import asyncio
import os
import stat
import subprocess

import asyncpg
import psutil
import pytest

from duro.embedded import (
    AlreadyRunningError,
    EmbeddedPostgres,
    IncompatibleDataError,
    PostgresSettings,
    ServerFailedError,
)


@pytest.fixture
async def postgres(home, shared_root):
    server = EmbeddedPostgres(home, shared_root=shared_root)
    yield server
    await server.stop()


async def ask(url, query):
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


class TestAStartedPostgres:
    async def test_serves_the_database_of_the_application_to_any_role_of_its_sockets(self, postgres):
        address = await postgres.start()

        await ask(address.admin_url(), "create role duro_test login")

        assert (
            await ask(address.url("duro_test"), "select current_user || '@' || current_database()") == "duro_test@duro"
        )

    async def test_is_a_direct_child_that_never_runs_as_root(self, postgres):
        await postgres.start()

        process = psutil.Process(postgres.pid)

        assert process.ppid() == os.getpid()
        assert 0 not in {*process.uids(), *process.gids()}

    async def test_listens_on_no_port(self, postgres):
        await postgres.start()

        assert psutil.Process(postgres.pid).net_connections(kind="inet") == []

    async def test_lets_nobody_else_into_its_data_and_sockets(self, postgres):
        address = await postgres.start()
        owner = psutil.Process(postgres.pid).uids().real

        for folder in (address.socket_folder, postgres.placement.folder / "data"):
            status = folder.stat()
            assert (stat.S_IMODE(status.st_mode), status.st_uid) == (0o700, owner)

    async def test_keeps_what_was_committed_whatever_happens_to_the_machine(self, postgres):
        address = await postgres.start()

        settings = [await ask(address.admin_url(), f"show {name}") for name in ("fsync", "full_page_writes")]

        assert settings == ["on", "on"]

    async def test_compares_text_the_same_on_every_platform(self, postgres):
        address = await postgres.start()
        locale = "select datlocprovider::text || ' ' || datlocale from pg_database where datname = current_database()"

        assert await ask(address.admin_url(), locale) == "b C.UTF-8"
        assert await ask(address.admin_url(), "select lower('ÀÉ')") == "àé"


class TestStopping:
    async def test_cuts_open_sessions_and_keeps_the_data_for_the_next_start(self, postgres):
        address = await postgres.start()
        connection = await asyncpg.connect(address.admin_url())
        await connection.execute("create table kept (value integer); insert into kept values (7)")
        pid = postgres.pid

        await postgres.stop()

        assert (postgres.is_running, postgres.pid, psutil.pid_exists(pid)) == (False, None, False)
        connection.terminate()
        address = await postgres.start()
        assert await ask(address.admin_url(), "select value from kept") == 7

    async def test_ends_every_wait_for_it(self, postgres):
        await postgres.start()
        waiting = asyncio.create_task(postgres.wait())
        await asyncio.sleep(0)
        assert not waiting.done()

        await postgres.stop()

        assert await asyncio.wait_for(waiting, 5) == 0

    @pytest.fixture
    async def impatient(self, home, shared_root):
        server = EmbeddedPostgres(home, shared_root=shared_root, settings=PostgresSettings(stop_seconds=0.2))
        yield server
        await server.stop()

    async def test_leaves_no_session_behind_that_hangs(self, impatient):
        address = await impatient.start()
        connection = await asyncpg.connect(address.admin_url())
        session = psutil.Process(await connection.fetchval("select pg_backend_pid()"))
        session.suspend()

        await asyncio.wait_for(impatient.stop(), 40)

        assert not session.is_running()
        connection.terminate()
        await impatient.start()

    async def test_is_bounded_when_the_server_itself_hangs(self, impatient, monkeypatch):
        monkeypatch.setattr(EmbeddedPostgres, "IMMEDIATE_SECONDS", 0.2)
        await impatient.start()
        process = psutil.Process(impatient.pid)
        process.suspend()

        await asyncio.wait_for(impatient.stop(), 10)

        assert not process.is_running()
        await impatient.start()

    async def test_of_a_server_that_was_never_started_does_nothing(self, postgres):
        await postgres.stop()

        assert not postgres.is_running


class TestASecondStart:
    async def test_is_refused_while_the_first_server_runs(self, postgres, home, shared_root):
        address = await postgres.start()

        with pytest.raises(AlreadyRunningError, match=f"process {os.getpid()}"):
            await EmbeddedPostgres(home, shared_root=shared_root).start()
        with pytest.raises(AlreadyRunningError):
            await postgres.start()

        assert await ask(address.admin_url(), "select 1") == 1

    async def test_is_refused_to_another_program_too(self, launch, postgres):
        launcher = launch()

        with pytest.raises(AlreadyRunningError, match=f"process {launcher.child.pid}"):
            await postgres.start()

        assert launcher.finish() == 0
        await postgres.start()

    async def test_at_the_same_moment_leaves_exactly_one_server(self, home, shared_root):
        servers = [EmbeddedPostgres(home, shared_root=shared_root) for _ in range(3)]

        answers = await asyncio.gather(*(server.start() for server in servers), return_exceptions=True)

        refusals = [answer for answer in answers if isinstance(answer, AlreadyRunningError)]
        assert len(refusals) == 2
        assert sum(server.is_running for server in servers) == 1
        for server in servers:
            await server.stop()


class TestWhatAnEarlierRunLeft:
    async def test_half_made_data_are_made_again(self, postgres, home):
        leftover = home / "postgres" / "data.new"
        leftover.mkdir(parents=True)
        (leftover / "PG_VERSION").write_text("18")
        home.chmod(0o755)

        address = await postgres.start()

        assert await ask(address.admin_url(), "select 1") == 1
        assert not leftover.exists()

    @pytest.fixture
    def bystander(self, postgres):
        """A process that has nothing to do with servers but runs as their account."""
        account = postgres.placement.account
        switch = {"user": account.uid, "group": account.gid, "extra_groups": []} if account.is_switch else {}
        process = subprocess.Popen(["sleep", "60"], **switch)
        yield process
        process.kill()
        process.wait()

    @pytest.mark.parametrize("content", ["", "{pid}\n/elsewhere\n0\n5432\n"])
    async def test_a_process_number_that_is_lost_or_somebody_elses_does_not_block(self, postgres, bystander, content):
        await postgres.start()
        await postgres.stop()
        (postgres.placement.folder / "data" / "postmaster.pid").write_text(content.format(pid=bystander.pid))

        address = await postgres.start()

        assert await ask(address.admin_url(), "select 1") == 1
        assert bystander.poll() is None

    async def test_data_of_another_major_version_are_refused_by_name(self, postgres):
        await postgres.start()
        await postgres.stop()
        (postgres.placement.folder / "data" / "PG_VERSION").write_text("15\n")

        with pytest.raises(IncompatibleDataError, match="PostgreSQL 15, and the binaries found are 18"):
            await postgres.start()


class TestAServerThatCannotStart:
    async def test_shows_the_end_of_its_log_and_frees_the_home(self, home, shared_root, postgres):
        broken = EmbeddedPostgres(home, shared_root=shared_root, settings=PostgresSettings(max_connections=0))

        with pytest.raises(ServerFailedError, match="max_connections"):
            await broken.start()

        assert not broken.is_running
        await postgres.start()

    async def test_keeps_the_previous_log(self, postgres):
        await postgres.start()
        await postgres.stop()
        await postgres.start()

        assert postgres.log.exists()
        assert postgres.log.with_name("postgres.log.previous").exists()
