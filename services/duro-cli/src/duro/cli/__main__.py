import os
import sys
from pathlib import Path

from rich.console import Console

from duro.cli.application import DuroApplication


def main() -> None:
    """Run the `duro` command with the words of the command line."""
    application = DuroApplication(environ=os.environ, folder=Path.cwd(), console=Console())
    sys.exit(application.run(sys.argv[1:]))


if __name__ == "__main__":
    main()
