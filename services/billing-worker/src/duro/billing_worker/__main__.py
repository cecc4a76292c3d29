"""Start the billing worker: `python -m duro.billing_worker`, configured by DURO_ variables."""

import os
import sys

import uvloop

from duro.billing_worker.logs import JsonLogs
from duro.billing_worker.service import Service
from duro.billing_worker.settings import Settings
from duro.kernel import DomainError


def main() -> int:
    """Run until SIGTERM or SIGINT; give 2 if it can't work in this environment."""
    JsonLogs(sys.stdout).install()
    try:
        uvloop.run(Service(Settings.from_environment(os.environ)).run())
    except DomainError as error:
        sys.stderr.write("".join(f"{fault.path} {fault.issue}\n" for fault in error.faults) or f"{error.message}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
