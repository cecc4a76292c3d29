import httpx

from duro.testkit.cloned_database import ClonedDatabase
from duro.testkit.process_runner import ProcessRunner
from duro.testkit.service_command import ServiceCommand


class TestProcess:
    async def test_starts_serves_and_ends_well_on_sigterm(
        self, database: ClonedDatabase, processes: ProcessRunner, unused_tcp_port: int
    ):
        url = f"http://127.0.0.1:{unused_tcp_port}"
        service = await processes.start(
            ServiceCommand(
                "duro.public_api",
                environment={
                    "DURO_PROFILE": "development",
                    "DURO_TEST_DATABASE_URL": database.test_url,
                    "DURO_LIVE_DATABASE_URL": database.live_url,
                    "DURO_GATEWAY_URL": "http://127.0.0.1:9",
                    "DURO_PUBLIC_API_PORT": str(unused_tcp_port),
                },
                health_url=f"{url}/health/ready",
            )
        )
        async with httpx.AsyncClient(base_url=url) as client:
            assert (await client.get("/v1/plans")).status_code == 401
        assert f"public-api is ready at {url}" in service.log()
        assert await service.terminate() == 0

    async def test_says_every_fault_of_its_environment_and_ends(self, processes: ProcessRunner):
        service = await processes.start(ServiceCommand("duro.public_api", environment={"DURO_PROFILE": "x"}))
        await service.until_logged("DURO_GATEWAY_URL: ", seconds=60)
        assert "DURO_PROFILE: " in service.log()
