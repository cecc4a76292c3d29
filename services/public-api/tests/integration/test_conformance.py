import asyncio
import sysconfig
from pathlib import Path

from duro.public_api.server import PublicApiServer
from duro.testkit.merchant_client import MerchantClient
from duro.testkit.staged_merchant import StagedMerchant

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "unsupported_method",
    "allow_header_conformance",
    "ignored_auth",
)


class TestConformance:
    async def test_finds_no_5xx_and_no_answer_that_is_not_documented(
        self, server: PublicApiServer, api: MerchantClient, merchant: StagedMerchant, tmp_path: Path
    ):
        await api.subscription()
        command = Path(sysconfig.get_path("scripts")) / "schemathesis"
        process = await asyncio.create_subprocess_exec(
            command,
            "run",
            f"{server.url}/openapi.json",
            f"--header=Authorization:Bearer {merchant.secret.text}",
            f"--checks={','.join(CHECKS)}",
            "--phases=examples,coverage,fuzzing",
            "--max-examples=15",
            "--max-time=45",
            "--seed=20261125",
            "--generation-database=none",
            "--suppress-health-check=all",
            "--warnings=off",
            "--continue-on-failure",
            cwd=tmp_path,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await asyncio.wait_for(process.communicate(), timeout=240)
        assert process.returncode == 0, output.decode()
