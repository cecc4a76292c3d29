import os
import signal
import subprocess
import sys

import httpx
import msgspec
import pytest

from duro.kernel import Currency, Money
from duro.payments import ChargeRequest, SimulatedCard


class Simulator:
    """The server as a process of its own, which can be killed and started again over the same ledger."""

    def __init__(self, database) -> None:
        self._database = database
        self._processes = []
        self.url = ""

    def start(self, **environment):
        process = subprocess.Popen(
            [sys.executable, "-m", "duro.gateway_simulator", "--port", "0", "--database", str(self._database)],
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            text=True,
        )
        self._processes.append(process)
        self.url = process.stdout.readline().strip().rpartition(" ")[2]
        return self

    def kill(self):
        self._processes[-1].kill()
        return self._processes[-1].wait(timeout=20)

    def terminate(self):
        self._processes[-1].send_signal(signal.SIGTERM)

    def exit_code(self):
        return self._processes[-1].wait(timeout=20)

    def ledger(self):
        lines = httpx.get(f"{self.url}/ledger", trust_env=False).text.splitlines()
        rows = [msgspec.json.decode(line) for line in lines]
        return {row["reference"]: row for row in rows}

    def end(self):
        for process in self._processes:
            process.kill()
            process.wait(timeout=20)
            process.stdout.close()


@pytest.fixture
def database(tmp_path):
    return tmp_path / "ledger" / "issuer.db"


@pytest.fixture
def simulators():
    started = []

    def build(database):
        started.append(Simulator(database))
        return started[-1]

    yield build
    for simulator in started:
        simulator.end()


@pytest.fixture
def simulator(simulators, database):
    return simulators(database)


@pytest.fixture
def charge_of():
    def build(reference, card=SimulatedCard.APPROVE, amount=500):
        return ChargeRequest(
            reference=reference,
            amount=Money(amount, Currency("NGN")),
            token=card.token,
            customer_email="ada@example.com",
            description="March",
        )

    return build
