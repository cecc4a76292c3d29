import psutil
import pytest

from duro.testkit import DeadlineMissedError, ProcessRunner, ServiceCommand, ServiceEndedError


@pytest.fixture
def web():
    """The standard library's own web server, as a service."""

    def command(**changes):
        port = ProcessRunner.free_port()
        return ServiceCommand(
            "http.server",
            (str(port), "--bind", "127.0.0.1", "--directory", "/usr"),
            **{"health_url": f"http://127.0.0.1:{port}/", **changes},
        )

    return command


class TestAStartedService:
    async def test_is_well_and_has_its_log_kept(self, processes, web):
        service = await processes.start(web())

        await service.until_logged('"GET / HTTP/1.1" 200')
        assert service.is_running

    async def test_can_be_killed_outright(self, processes, web):
        service = await processes.start(web())

        service.kill_outright()

        assert (service.is_running, service.status, psutil.pid_exists(service.pid)) == (False, -9, False)

    async def test_can_be_asked_to_end(self, processes, web):
        service = await processes.start(web())

        assert await service.terminate() == -15

    async def test_is_killed_when_it_does_not_end(self, processes):
        deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf')"
        service = await processes.start(ServiceCommand("timeit", ("-n", "1", "-s", deaf, "signal.pause()")))
        await service.until_logged("deaf")

        assert await service.terminate(seconds=0.1) == -9

    async def test_gets_the_settings_given_and_none_of_ours(self, processes, web, monkeypatch):
        monkeypatch.setenv("DURO_PROFILE", "production")
        service = await processes.start(web(environment={"DURO_SCAN_SECONDS": "1"}))

        environment = psutil.Process(service.pid).environ()

        assert environment["DURO_SCAN_SECONDS"] == "1"
        assert "DURO_PROFILE" not in environment


class TestAServiceThatIsNotWell:
    async def test_shows_its_log_when_it_ends(self, processes):
        command = ServiceCommand("duro.no_such_service", health_url="http://127.0.0.1:1/")

        with pytest.raises(ServiceEndedError, match=r"(?s)ended with 1.*no_such_service"):
            await processes.start(command)

    async def test_is_waited_for_no_longer_than_said(self, processes, web):
        command = web(health_url=f"http://127.0.0.1:{ProcessRunner.free_port()}/", start_seconds=0.2)

        with pytest.raises(DeadlineMissedError, match=r"http\.server answering"):
            await processes.start(command)


class TestTheEndOfATest:
    async def test_leaves_no_service_running(self, tmp_path, web):
        async with ProcessRunner.open(tmp_path) as runner:
            services = [await runner.start(web()) for _ in range(2)]

        assert not any(psutil.pid_exists(service.pid) for service in services)

    async def test_leaves_none_after_a_failure_either(self, tmp_path, web):
        started = []

        async def fail():
            async with ProcessRunner.open(tmp_path) as runner:
                started.append(await runner.start(web()))
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await fail()
        assert not psutil.pid_exists(started[0].pid)
