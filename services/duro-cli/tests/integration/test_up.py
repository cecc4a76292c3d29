import asyncio
import os
import re
import signal
import sys

import httpx

from duro.testkit.deadline import Deadline


async def duro(*words: str, environment) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "duro.cli", *words),
        env=dict(environment) | {"COLUMNS": "200"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode or 0, output.decode()


class TestUp:
    async def test_serves_until_ctrl_c_and_leaves_nothing(self, launch):
        up = await launch()
        async with httpx.AsyncClient(base_url=up.running["api_url"]) as client:
            answer = await client.get(
                "/v1/subscriptions", params={"limit": 3}, headers={"Authorization": f"Bearer {up.api_key}"}
            )
        assert answer.status_code == 200
        assert len(answer.json()["items"]) == 3
        assert f"Bearer {up.api_key}' '{up.running['api_url']}/v1/subscriptions" in up.log

        status, output = await duro("up", environment=up.environment)
        assert status == 1
        assert f"Another duro (pid {up.process.pid}) already runs" in output

        status, output = await duro("audit", environment=up.environment)
        assert (status, output.splitlines()[-1]) == (0, "clean")

        async with httpx.AsyncClient(base_url=up.running["gateway_url"]) as gateway:
            paid = await gateway.post("/payers/pay", json={"accountNumber": "9999999999", "amount": 100_000})
            assert paid.status_code == 201, paid.text

        async def is_kept() -> bool:
            status, output = await duro("notices", environment=up.environment)
            return (status, output.splitlines()[-1]) == (0, "1 notices wait for a person")

        await Deadline(60).until(is_kept, "the notice of money that is nobody's")

        await Deadline(60).until(lambda: "charged NGN" in up.log and "declined: " in up.log, "a charge and a decline")
        await Deadline(60).until(
            lambda: "by whatsapp: shown" in up.log and "by email: shown" in up.log, "messages on both channels"
        )
        await up.until("unknown: no answer")
        async with httpx.AsyncClient() as payer:
            for purpose, heading in (("update", "<h1>Change how you pay</h1>"), ("pay", " to pay</h1>")):
                found = re.search(rf"{re.escape(up.running['api_url'])}/{purpose}/\S+", up.log)
                page = await payer.get(found[0])
                assert (page.status_code, heading in page.text) == (200, True)
        processes = up.descendants()
        os.kill(up.process.pid, signal.SIGINT)
        assert await asyncio.wait_for(up.process.wait(), 40) == 0
        await up.until_gone(processes, seconds=1)
        assert "stopped" in up.log
        assert not (up.home / "running.json").exists()

    async def test_leaves_nothing_when_killed_starts_again_and_stops_at_once_when_told_twice(self, launch):
        up = await launch()
        processes = up.descendants()
        assert len(processes) >= 5
        up.process.kill()
        await up.until_gone(processes)

        again = await launch(up.home)
        assert up.log.count(up.api_key) == 2
        processes = again.descendants()
        again.child("duro.billing_worker").suspend()
        os.kill(again.process.pid, signal.SIGTERM)
        await again.until("stopping")
        os.kill(again.process.pid, signal.SIGTERM)
        await asyncio.wait_for(again.process.wait(), 15)
        await again.until_gone(processes, seconds=1)

    async def test_starts_what_died_again_and_renewals_go_on(self, launch):
        up = await launch()
        for child in [up.child(words) for words in ("postgres -D", "duro.billing_worker", "valkey-server")]:
            child.kill()
        for name in ("postgres", "billing-worker", "valkey"):
            await up.until(f"{name} runs again")
        before = await up.money_taken()
        status, output = await duro(
            *("seed", "--subscriptions", "40", "--tenants", "2", "--due", "now", "--interval", "hour"),
            environment=up.environment,
        )
        assert status == 0, output

        async def have_all_renewed() -> bool:
            return await up.money_taken() >= before + 40

        await Deadline(45).until(have_all_renewed, "the renewal of 40 subscriptions")
        status, output = await duro("audit", "--gateway", up.running["gateway_url"], environment=up.environment)
        assert status == 0, output
