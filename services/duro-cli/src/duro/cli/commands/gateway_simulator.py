import runpy
import sys
from typing import Final, final

import typer

_MODULE: Final = "duro.gateway_simulator"


@final
class GatewaySimulatorCommand:
    """Becomes the gateway simulator; what follows is for that program."""

    def run(self, context: typer.Context) -> None:
        """Run the HTTP gateway that takes no real money; its options follow (--help lists them)."""
        sys.argv = [_MODULE, *context.args]
        runpy.run_module(_MODULE, run_name="__main__", alter_sys=True)
