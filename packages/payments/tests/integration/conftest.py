import os
import subprocess
import sys

import pytest


class SimulatorProcess:
    """The simulated provider's server as a process of its own, with a ledger of its own."""

    def __init__(self, database, **environment) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "duro.gateway_simulator", "--port", "0", "--database", str(database)],
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            text=True,
        )
        self.url = self._process.stdout.readline().strip().rpartition(" ")[2]
        assert self.url.startswith("http://127.0.0.1:")

    def stop(self):
        self._process.terminate()
        assert self._process.wait(timeout=20) == 0
        self._process.stdout.close()


@pytest.fixture(scope="session")
def simulator_url(tmp_path_factory):
    database = tmp_path_factory.mktemp("simulator") / "ledger.db"
    process = SimulatorProcess(database, GATEWAY_SLOW_MS="1000", GATEWAY_HOLD_MS="200")
    yield process.url
    process.stop()
