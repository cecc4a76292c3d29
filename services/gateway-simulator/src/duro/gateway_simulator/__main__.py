import argparse
import os
import signal
import sys
from types import FrameType
from typing import NoReturn

import uvloop

from duro.gateway_simulator.server import Server
from duro.gateway_simulator.settings import Settings
from duro.kernel import InvalidInputError

_FLAGS = {
    "--host": ("GATEWAY_HOST", "address to listen on (127.0.0.1)"),
    "--port": ("GATEWAY_PORT", "port to listen on (8403); 0 takes a free one"),
    "--database": ("GATEWAY_DATABASE", "file of the ledger (.duro/gateway-simulator.db)"),
    "--timeout-before-rate": ("GATEWAY_TIMEOUT_BEFORE_RATE", "share of references lost before anything is taken"),
    "--timeout-after-rate": ("GATEWAY_TIMEOUT_AFTER_RATE", "share of references decided but not answered"),
    "--seed": ("GATEWAY_SEED", "decides with the reference which ones get into trouble"),
    "--latency-ms": ("GATEWAY_LATENCY_MS", "how late every charge and refund arrives"),
    "--slow-ms": ("GATEWAY_SLOW_MS", "how long the slow card takes (3000)"),
    "--hold-ms": ("GATEWAY_HOLD_MS", "how long a time-out holds the connection (30000)"),
    "--mandate-setup-seconds": ("GATEWAY_MANDATE_SETUP_SECONDS", "how long a mandate's debits fail at first (7200)"),
    "--approval-seconds": ("GATEWAY_APPROVAL_SECONDS", "how long a payer has to approve a charge (900)"),
    "--public-url": ("GATEWAY_PUBLIC_URL", "where payers reach its pages; as it listens without it"),
    "--webhook-url": ("GATEWAY_WEBHOOK_URL", "where notices are posted; none are without it"),
    "--webhook-secret": ("GATEWAY_WEBHOOK_SECRET", "what notices are signed with"),
    "--webhook-charges": ("GATEWAY_WEBHOOK_CHARGES", "1: tell of charges and refunds, too"),
    "--webhook-loss-rate": ("GATEWAY_WEBHOOK_LOSS_RATE", "share of notices that are never sent"),
    "--webhook-duplicate-rate": ("GATEWAY_WEBHOOK_DUPLICATE_RATE", "share that are sent twice"),
    "--webhook-delay-rate": ("GATEWAY_WEBHOOK_DELAY_RATE", "share that are sent late"),
    "--webhook-delay-ms": ("GATEWAY_WEBHOOK_DELAY_MS", "how late (30000)"),
    "--webhook-reorder-rate": ("GATEWAY_WEBHOOK_REORDER_RATE", "share that later ones may overtake"),
    "--webhook-reorder-ms": ("GATEWAY_WEBHOOK_REORDER_MS", "within how long (1000)"),
    "--webhook-retry-ms": ("GATEWAY_WEBHOOK_RETRY_MS", "wait before a notice is sent again, then doubled (1000)"),
    "--webhook-patience-ms": ("GATEWAY_WEBHOOK_PATIENCE_MS", "how long it is sent again (600000)"),
    "--hang": ("GATEWAY_HANG", "1: no charge is ever answered or taken"),
}


def stop(_number: int, _frame: FrameType | None) -> NoReturn:
    """End well: the server has drained by the time it hands the signal on, or had not begun."""
    sys.exit(0)


def main() -> int:
    """Run the simulated provider until it is told to stop."""
    parser = argparse.ArgumentParser(prog="python -m duro.gateway_simulator", description="The simulated provider.")
    for flag, (name, words) in _FLAGS.items():
        parser.add_argument(flag, dest=name, help=f"{words}; or {name}")
    given = {name: value for name, value in vars(parser.parse_args()).items() if value is not None}
    try:
        settings = Settings.from_environment({**os.environ, **given})
    except InvalidInputError as refusal:
        for fault in refusal.faults:
            sys.stderr.write(f"{fault.path}: {fault.issue}\n")
        return 2
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    uvloop.run(Server(settings).serve())
    return 0


if __name__ == "__main__":
    sys.exit(main())
