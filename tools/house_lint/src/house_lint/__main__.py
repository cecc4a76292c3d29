import sys
from pathlib import Path

from house_lint.house import House, Tree
from house_lint.workspace import Workspace


def main() -> int:
    """Print every finding in the checkout this is run from; 1 if there was one, or nothing to read."""
    root = Path.cwd()
    sources = list(Tree(root).sources())
    reports = [*House.of(root).reports(sources), *Workspace(root).reports()]
    for report in reports:
        print(report)
    print(f"house lint: {len(sources)} files read, {len(reports)} findings")
    return 1 if reports or not sources else 0


if __name__ == "__main__":
    sys.exit(main())
